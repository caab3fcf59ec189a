// One value, wherever it stands: all detectors, through all escapes, into JSON that is nested in it.
#pragma once

#include "core/scrub/mapped_text.hpp"
#include "core/scrub/splices.hpp"
#include "core/scrub/tokens.hpp"

#include <cstddef>

namespace understudy::scrub {

/// JSON in a string of JSON in a string of ...
inline constexpr unsigned kNestingMax = 3;

/// What every step of scrubbing one message needs.
struct Pass {
  const Tokens& tokens;
  std::size_t json_depth_max;
};

struct Leaf {
  bool plus_is_space = false;  ///< queries and forms
  bool card_named = false;     ///< the key says that it is a card number
  unsigned nesting = 0;        ///< JSON documents around it
};

/// Whether `scan_leaf` could find anything in an undecoded text; false for nearly all, and much faster. In
/// forms and queries '+' alone hides nothing.
bool worth_scanning(std::string_view text) noexcept;

/// Adds what is to be replaced in `text` to `splices`, in raw offsets of `raw`, the outermost buffer. A value
/// that is still escaped after kEscapeLayersMax layers and hides something becomes one token.
void scan_leaf(std::string_view raw, const MappedText& text, const Pass& pass, Splices& splices,
               Leaf leaf = {});

}  // namespace understudy::scrub
