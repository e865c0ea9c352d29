/* What the process does on signals, beside Ctrl-C. */
#ifndef MOONWIRE_SIGNALS_H
#define MOONWIRE_SIGNALS_H

/* Writes out what C's stdout holds, unless another thread is writing to it. May wait for a reader. */
void mw_flush_stdout(void);

/* True where no one can read any more what is written to the file descriptor. */
int mw_broken(int fd);

/* Ends the process as SIGPIPE does when no one handles it. */
void mw_die_of_broken_pipe(void);

#endif
