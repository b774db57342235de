# SPDX-License-Identifier: GPL-2.0-only
"""`stage-questions`: every stage with the question that its chapter answers, part by part, for a sheet of paper."""

from docutils import nodes

from ..read import chain
from .tables import TableDirective


class StageQuestions(TableDirective):
    """.. stage-questions::"""

    required_arguments = 0

    def run(self):
        return [self.part(group) for group in chain.GROUPS]

    def part(self, group):
        part = nodes.container(classes=['pf-questions'])
        part += nodes.rubric('', chain.title(group))
        stages = nodes.bullet_list()
        for number in group['stems']:
            stage = chain.BY_NUMBER[number]
            name = self.to_page(stage.docname, f'{stage.number} {stage.door}')
            stages += nodes.list_item('', self.paragraph(name, f' {stage.question}'))
        part += stages
        return part


def setup(app):
    app.add_directive('stage-questions', StageQuestions)
