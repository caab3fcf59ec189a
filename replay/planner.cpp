#include "replay/planner.hpp"

#include "core/base/content_hash.hpp"
#include "core/diff/endpoint.hpp"
#include "core/diff/excerpt.hpp"
#include "core/http/forward.hpp"

#include <thread>
#include <utility>

namespace understudy::replay {
namespace {

constexpr std::size_t kRequestLineBytes = 160;
constexpr std::chrono::milliseconds kBudgetNap{1};

/// The origin-form of an absolute-form target (RFC 9112 §3.2.1): the candidate is no proxy.
std::string origin_form(const std::string& target) {
  const auto scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string::npos) return target;
  const auto path = target.find_first_of("/?", scheme + 3);
  if (path == std::string::npos) return "/";
  return target[path] == '/' ? target.substr(path) : '/' + target.substr(path);
}

std::string authority_of(const RecordedExchange& exchange, const Options& options) {
  if (options.host) return *options.host;
  if (!exchange.authority.empty()) return exchange.authority;
  return options.target.authority();
}

}  // namespace

Planner::Planner(const Options& options, std::uint64_t first_start_ns)
    : options_(options), guard_(options.guard), pacer_(options.pace, first_start_ns) {}

bool Planner::sampled(std::uint64_t session) const noexcept {
  if (options_.sample >= 1) return true;
  const std::uint64_t parts[2] = {session, options_.seed};
  const auto hash = content_hash({reinterpret_cast<const char*>(parts), sizeof parts});
  return static_cast<double>(hash >> 11) * 0x1.0p-53 < options_.sample;
}

std::string_view Planner::unsendable(const RecordedExchange& exchange) const {
  if (!sampled(exchange.session)) return "sampled_out";
  // The proxy answered this itself: the origin never saw it.
  if (exchange.fate == capture::Fate::local_reply) return "local_reply";
  if (!exchange.request_whole) return "body_not_recorded";
  if (exchange.request.head.method.empty() || exchange.request.head.target.empty()) return "not_sendable";
  return {};
}

/// What the guard is to judge is what will be sent: overrides come before it.
void Planner::prepare(RecordedExchange& exchange) const {
  auto& request = exchange.request;
  request.head.target = origin_form(request.head.target);
  http::remove_hop_by_hop(request.head.fields);
  request.head.fields.set("Host", authority_of(exchange, options_));
  for (const auto field : options_.headers) request.head.fields.erase(field.name);
  for (const auto field : options_.headers) request.head.fields.add(field.name, field.value);
}

std::optional<PlannedExchange> Planner::plan(RecordedExchange exchange) {
  ++counts_.in_capture;
  const auto endpoint = diff::endpoint_of(exchange.request.head.method, exchange.request.head.target);
  const auto identity = histories_.next(exchange, endpoint);
  if (const auto reason = unsendable(exchange); !reason.empty()) {
    ++counts_.filtered[std::string(reason)];
    return std::nullopt;
  }
  const auto due = pacer_.due(exchange.start_ns, planned_);
  if (options_.duration && due >= *options_.duration) {
    ++counts_.filtered["beyond_duration"];
    return std::nullopt;
  }
  PlannedExchange out;
  out.memory_bytes = exchange.memory_bytes();
  auto& expected = out.expected;
  expected.request_line =
      diff::excerpt(exchange.request.head.method + ' ' + exchange.request.head.target, kRequestLineBytes);
  expected.endpoint = endpoint;
  prepare(exchange);
  const auto decision = guard_.judge(exchange.request);
  if (!decision.allowed()) {
    ++counts_.blocked[decision.rule];
    return std::nullopt;
  }
  expected.safe = identity.safe;
  expected.fingerprint = identity.fingerprint;
  expected.question = identity.question;
  const auto admitted = guard_.admit(std::move(exchange.request));
  out.request.emplace(*admitted, options_.target.authority(), exchange.id);
  out.session = exchange.session;
  out.due = due;
  expected.exchange_id = exchange.id;
  expected.has_response = exchange.has_response;
  expected.response_whole = exchange.response_whole;
  expected.complete = exchange.fate == capture::Fate::ok;
  expected.answered_ns = exchange.answered_ns();
  expected.service_ns = exchange.service_ns();
  expected.response = std::move(exchange.response);
  ++planned_;
  last_due_ = std::max(last_due_, due);
  return out;
}

void feed(CaptureStream& stream, Planner& planner, MemoryBudget& budget, Handover<PlannedExchange>& queue) {
  while (!queue.abandoned()) {
    auto exchange = stream.next();
    if (!exchange) break;
    auto planned = planner.plan(std::move(*exchange));
    if (!planned) continue;
    while (!budget.try_take(planned->memory_bytes) && !queue.abandoned())
      std::this_thread::sleep_for(kBudgetNap);
    queue.push(std::move(*planned));
  }
  queue.finish();
}

}  // namespace understudy::replay
