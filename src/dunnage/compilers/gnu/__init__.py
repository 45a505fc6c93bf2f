"""gcc and clang, for C, C++, Objective-C and assembler."""
