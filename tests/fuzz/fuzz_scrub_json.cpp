// The JSON scrubber on arbitrary bytes: no crash, same shape, and a second pass that changes nothing.
#include "core/scrub/json/lexer.hpp"
#include "core/scrub/json/scrub.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace understudy::scrub;

struct ShapeSink {
  std::string shape;
  void key(const JsonString&) { shape.push_back('k'); }
  void string(const JsonString&) { shape.push_back('s'); }
  void number(const JsonNumber&) { shape.push_back('n'); }
  void literal() { shape.push_back('l'); }
  void open(std::size_t) { shape.push_back('('); }
  void close(std::size_t) { shape.push_back(')'); }
};

std::string shape_of(std::string_view text) {
  ShapeSink sink;
  if (!JsonLexer<ShapeSink>(text, kJsonDepthLimit, sink).run()) __builtin_trap();
  return sink.shape;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Tokens tokens(Key{1, 2, 3});
  const std::string raw(reinterpret_cast<const char*>(data), size);
  const Pass pass{tokens, kJsonDepthLimit};
  const auto scan = [&](std::string_view text, Splices& splices) {
    return scrub_json(text, MappedText::plain(text, 0), pass, splices, 0);
  };
  Splices splices;
  if (!scan(raw, splices)) {
    if (!splices.empty()) __builtin_trap();
    return 0;
  }
  Tally tally;
  auto text = raw;
  const auto changed = settle(text, tokens, tally, scan);
  // Also what does not settle has to stay a document of the same shape; the caller removes it.
  if (shape_of(text) != shape_of(raw)) __builtin_trap();
  if (changed == false && text != raw) __builtin_trap();
  Splices again;
  if (changed && (!scan(text, again) || !again.empty())) __builtin_trap();
  return 0;
}
