/* What is no file. */
#ifndef DUNNAGE_OBSERVE_WORLD_H
#define DUNNAGE_OBSERVE_WORLD_H

void note_socket(int family);
void note_clock(int clock);

#endif
