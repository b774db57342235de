/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Ctrl-C at a terminal.
 */
#ifndef SHELL_INTERRUPT_H
#define SHELL_INTERRUPT_H

#include <stdbool.h>

void interrupt_begin(void);
bool interrupt_came(void);
void interrupt_forget(void);
void interrupt_run(bool ends);
bool interrupt_read(char *byte);

#endif
