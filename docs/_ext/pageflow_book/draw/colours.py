# SPDX-License-Identifier: GPL-2.0-only
"""The colours of code, light and dark: few of them, each at least 4.5 to 1 on the listing's ground."""

from pygments.style import Style
from pygments.token import Comment, Generic, Keyword, Literal, Name, Number, Operator, String, Text, Token


def style(name, ground, ink, comment, keyword, kind, function, constant, string):
    rules = {
        Token: ink,
        Text: ink,
        Operator: ink,
        Name: ink,
        Comment: comment,
        Comment.Preproc: f'noitalic {constant}',
        Comment.PreprocFile: string,
        Keyword: keyword,
        Keyword.Type: kind,
        Name.Function: function,
        Name.Class: kind,
        Name.Constant: constant,
        Name.Builtin: kind,
        Name.Label: constant,
        Number: constant,
        Literal: constant,
        String: string,
        Generic.Prompt: comment,
        Generic.Output: ink,
        Generic.Strong: 'bold',
        Generic.Emph: 'italic',
        Name.Tag: keyword,
        Name.Attribute: function,
        Name.Variable: ink,
    }
    return type(name, (Style,), {'styles': rules, 'background_color': ground, 'line_number_color': comment})


Light = style('Light', '#faf8f3', '#23221f', '#6a655a', '#8a2f62', '#1f5c74', '#1d4f91', '#8a4510', '#3d6321')
Dark = style('Dark', '#1d1e21', '#dedbd3', '#a09a8c', '#e09ac4', '#83c3d8', '#92b8f2', '#e5ac78', '#a9cb86')
