#include "stub/response_book.hpp"

#include "capture-format/convert/http_exchange.hpp"
#include "core/base/content_hash.hpp"
#include "core/base/units.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace understudy::stub {
namespace {

constexpr std::string_view kMarkerField = "X-Shadow";
/// What one exchange costs beside its bytes: map nodes, vectors, pointers.
constexpr std::uint64_t kOverheadBytes = 256;
/// Targets compared for the nearest one; an unknown request must not cost more than a known one by much.
constexpr std::size_t kNearestCandidatesMax = 5'000;

std::chrono::nanoseconds recorded_delay(const capture::TimingsView& timings) {
  const auto answered = timings.first_byte_ns != 0 ? timings.first_byte_ns : timings.response_done_ns;
  if (answered <= timings.request_done_ns) return {};
  return std::chrono::nanoseconds(answered - timings.request_done_ns);
}

bool body_recorded(const capture::MessageView& message) {
  return message.truncation == capture::Truncation::none && message.body.size() == message.body_length;
}

/// How alike two targets are: bytes that agree from the front and from the back.
std::size_t likeness(std::string_view a, std::string_view b) {
  const auto limit = std::min(a.size(), b.size());
  std::size_t front = 0;
  while (front < limit && a[front] == b[front]) ++front;
  std::size_t back = 0;
  while (back < limit - front && a[a.size() - 1 - back] == b[b.size() - 1 - back]) ++back;
  return front + back;
}

}  // namespace

std::optional<std::uint64_t> parse_exchange_id(std::string_view marker) noexcept {
  constexpr std::string_view kPrefix = "v1;id=";
  if (!marker.starts_with(kPrefix)) return std::nullopt;
  marker.remove_prefix(kPrefix.size());
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(marker.data(), marker.data() + marker.size(), id);
  if (error != std::errc{} || (end != marker.data() + marker.size() && *end != ';')) return std::nullopt;
  return id;
}

const Answer* ResponseBook::Sequence::take() const noexcept {
  if (answers.empty()) return nullptr;
  const auto last = static_cast<std::uint32_t>(answers.size() - 1);
  auto at = next.load(std::memory_order_relaxed);
  while (at < last && !next.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) {
  }
  return answers[std::min(at, last)];
}

std::shared_ptr<const std::string> ResponseBook::share_body(std::string_view body) {
  auto& same_hash = bodies_[content_hash(body)];
  for (const auto& known : same_hash)
    if (*known == body) return known;
  counts_.memory_bytes += body.size();
  return same_hash.emplace_back(std::make_shared<const std::string>(body));
}

Outcome<> ResponseBook::add(const capture::ExchangeView& exchange) {
  if (!exchange.has_response || exchange.response.status < 200) {
    ++counts_.without_response;
    return {};
  }
  auto response = capture::to_http_response(exchange.response);
  counts_.memory_bytes += kOverheadBytes + response.head.fields.size_bytes() + exchange.request.target.size();
  auto answer = std::make_unique<Answer>();
  answer->head = std::move(response.head);
  answer->body = share_body(exchange.response.body);
  answer->delay = recorded_delay(exchange.timings);
  if (counts_.memory_bytes > memory_bytes_max_)
    return Failure{
        fmt::format("the recorded responses take more than {}: raise --memory, or serve fewer captures",
                    format_size(memory_bytes_max_))};
  if (!body_recorded(exchange.response)) ++counts_.incomplete_bodies;

  auto& target = methods_[std::string(exchange.request.method)][std::string(exchange.request.target)];
  const auto recorded = body_recorded(exchange.request);
  const auto hash = recorded ? std::optional(content_hash(exchange.request.body)) : std::nullopt;
  auto& sequence = recorded ? target.by_body[*hash] : target.body_unknown;
  sequence.answers.push_back(answer.get());
  by_id_[exchange.id].push_back({answer.get(), &target, hash});
  answers_.push_back(std::move(answer));
  ++counts_.exchanges;
  return {};
}

const Answer* ResponseBook::find_named(std::uint64_t id, const Target& target,
                                       std::uint64_t body_hash) const {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return nullptr;
  // Ids are unique in a file; when two files share one, only recorded order can tell their exchanges apart.
  const Answer* only = nullptr;
  for (const auto& named : found->second) {
    if (named.target != &target || named.body_hash.value_or(body_hash) != body_hash) continue;
    if (only != nullptr) return nullptr;
    only = named.answer;
  }
  return only;
}

const Answer* ResponseBook::find(const http::Request& request) const {
  const auto method = methods_.find(request.head.method);
  if (method == methods_.end()) return nullptr;
  const auto target = method->second.find(request.head.target);
  if (target == method->second.end()) return nullptr;
  const auto hash = content_hash(request.body);
  if (const auto marker = request.head.fields.find(kMarkerField)) {
    if (const auto id = parse_exchange_id(*marker)) {
      if (const auto* answer = find_named(*id, target->second, hash)) return answer;
    }
  }
  const auto by_body = target->second.by_body.find(hash);
  if (by_body != target->second.by_body.end()) return by_body->second.take();
  return target->second.body_unknown.take();
}

std::string_view ResponseBook::nearest_target(std::string_view method, std::string_view target) const {
  const auto recorded = methods_.find(method);
  if (recorded == methods_.end()) return {};
  std::string_view best;
  std::size_t best_likeness = 0;
  std::size_t compared = 0;
  for (const auto& [candidate, unused] : recorded->second) {
    if (++compared > kNearestCandidatesMax) break;
    const auto score = likeness(candidate, target);
    if (score < best_likeness || (score == best_likeness && candidate.size() >= best.size() && !best.empty()))
      continue;
    best = candidate;
    best_likeness = score;
  }
  return best;
}

std::string ResponseBook::explain_unknown(const http::Request& request) const {
  const auto& head = request.head;
  auto text = fmt::format("No recorded response for {} {} with a body of {} bytes (XXH64 {:016x}).",
                          head.method, head.target, request.body.size(), content_hash(request.body));
  const auto method = methods_.find(head.method);
  if (method == methods_.end())
    return text + fmt::format(" Nothing was recorded with method {}.", head.method);
  const auto target = method->second.find(head.target);
  if (target == method->second.end())
    return text +
           fmt::format(" The nearest recorded target is {}.", nearest_target(head.method, head.target));
  return text + fmt::format(" The target was recorded with {} other request {}, the first of XXH64 {:016x}.",
                            target->second.by_body.size(),
                            target->second.by_body.size() == 1 ? "body" : "bodies",
                            target->second.by_body.begin()->first);
}

}  // namespace understudy::stub
