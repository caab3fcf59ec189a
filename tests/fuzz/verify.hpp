// What a fuzz target says when an invariant is broken: the line, and a crash that libFuzzer reports.
#pragma once

#include <cstdio>
#include <cstdlib>

#define UNDERSTUDY_VERIFY(condition)                                               \
  do {                                                                             \
    if (!(condition)) {                                                            \
      std::fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                \
    }                                                                              \
  } while (false)
