"""gcc and clang, under all their names: C, C++, Objective-C and assembler."""
