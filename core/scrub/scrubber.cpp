#include "core/scrub/scrubber.hpp"

#include "core/base/ascii.hpp"
#include "core/scrub/body.hpp"
#include "core/scrub/headers.hpp"
#include "core/scrub/pairs.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <openssl/rand.h>

namespace understudy::scrub {

struct Scrubber::Impl {
  explicit Impl(const Options& given) : options(given), tokens(given.key) {}

  Options options;
  Tokens tokens;

  Pass pass() const { return {tokens, options.json_depth_max}; }
};

namespace {

/// Fields over the bytes of the body as they were: wrong after a change, and a fingerprint of what was
/// removed.
constexpr auto kValidators = std::to_array<std::string_view>(
    {"etag", "content-md5", "digest", "content-digest", "repr-digest", "signature", "signature-input",
     "x-hub-signature", "x-hub-signature-256"});

void adjust_fields(http::Fields& fields, std::size_t body_bytes) {
  const bool had_length = fields.contains("Content-Length");
  fields.retain([](const http::Field& field) {
    if (iequals(field.name, "Content-Encoding") || iequals(field.name, "Content-Length")) return false;
    return std::none_of(kValidators.begin(), kValidators.end(),
                        [&](std::string_view name) { return iequals(field.name, name); });
  });
  if (had_length) fields.add("Content-Length", std::to_string(body_bytes));
}

/// A start-line part that does not settle goes as a whole.
template <class Scan>
void scrub_text(std::string& text, const Pass& pass, Tally& tally, Scan&& scan) {
  if (!settle(text, pass.tokens, tally, scan)) text = "/" + pass.tokens.opaque(text);
}

void scrub_start_line(http::RequestHead& head, const Pass& pass, Tally& tally) {
  scrub_text(head.target, pass, tally, [&](std::string_view target, Splices& splices) {
    scan_target(target, pass, splices);
    return true;
  });
}

void scrub_start_line(http::ResponseHead& head, const Pass& pass, Tally& tally) {
  scrub_text(head.reason, pass, tally, [&](std::string_view reason, Splices& splices) {
    scan_leaf(reason, MappedText::plain(reason, 0), pass, splices);
    return true;
  });
}

/// Everything but the wrapping, which only Scrubber may do.
template <class Message>
BodyState scrub_message(Message& message, const Options& options, const Pass& pass, Tally& tally) {
  const auto state = scrub_body(message.body, message.head.fields, options, pass, tally);
  if (state != BodyState::clean) {
    adjust_fields(message.head.fields, message.body.size());
    adjust_fields(message.trailers, message.body.size());
  }
  scrub_start_line(message.head, pass, tally);
  scrub_fields(message.head.fields, pass, tally);
  scrub_fields(message.trailers, pass, tally);
  return state;
}

std::vector<Hit> hits_of(const Tally& tally) {
  std::vector<Hit> hits;
  for (std::size_t i = 0; i < kDetectorCount; ++i) {
    const auto detector = static_cast<Detector>(i);
    if (tally.of(detector) != 0) hits.push_back({std::string(name_of(detector)), tally.of(detector)});
  }
  return hits;
}

}  // namespace

Scrubber::Scrubber(const Options& options) : impl_(std::make_unique<Impl>(options)) {}
Scrubber::~Scrubber() = default;

Report<http::Request> Scrubber::scrub(http::Request request) const {
  Tally tally;
  const auto state = scrub_message(request, impl_->options, impl_->pass(), tally);
  return {Scrubbed<http::Request>(std::move(request)), state, tally.total(), hits_of(tally)};
}

Report<http::Response> Scrubber::scrub(http::Response response) const {
  Tally tally;
  const auto state = scrub_message(response, impl_->options, impl_->pass(), tally);
  return {Scrubbed<http::Response>(std::move(response)), state, tally.total(), hits_of(tally)};
}

std::uint32_t Scrubber::policy_id() const noexcept { return impl_->tokens.policy_id(); }

Key random_key() {
  Key key{};
  // Without randomness tokens could be guessed; there is no safe way to go on.
  if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1)
    throw std::runtime_error("the operating system gives no random bytes");
  return key;
}

}  // namespace understudy::scrub
