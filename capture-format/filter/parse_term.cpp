#include "capture-format/filter/term.hpp"
#include "capture-format/layout/record_names.hpp"
#include "capture-format/layout/wall_time.hpp"
#include "core/base/ascii.hpp"
#include "core/base/units.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

using Field = FilterTerm::Field;
using Operator = FilterTerm::Operator;
using Value = FilterTerm::Value;

constexpr std::pair<std::string_view, Field> kFields[] = {
    {"time", Field::time},         {"method", Field::method}, {"status", Field::status},
    {"endpoint", Field::endpoint}, {"target", Field::target}, {"host", Field::host},
    {"latency", Field::latency},   {"header", Field::header}, {"outcome", Field::outcome},
    {"fate", Field::fate}};

// Longer ones first: ">=" begins with ">".
constexpr std::pair<std::string_view, Operator> kOperators[] = {
    {"!=", Operator::not_equal}, {"<=", Operator::less_equal}, {">=", Operator::greater_equal},
    {"=", Operator::equal},      {"<", Operator::less},        {">", Operator::greater},
    {"~", Operator::contains}};

constexpr std::size_t kMirrorOutcomes = 8;
constexpr std::size_t kFates = 5;

bool is_ordered(Field field) {
  return field == Field::time || field == Field::latency || field == Field::status;
}
bool is_text(Field field) {
  return field == Field::target || field == Field::host || field == Field::header ||
         field == Field::endpoint || field == Field::method;
}

template <class Enumerator>
std::optional<std::uint64_t> enumerator_of(std::string_view name, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    if (name_of(static_cast<Enumerator>(i)) == name) return i;
  return std::nullopt;
}

/// "404", "5xx" or "none"; as a range of statuses, 0 being no response.
std::optional<std::pair<std::uint64_t, std::uint64_t>> status_range(std::string_view text) {
  constexpr std::uint64_t kClass = 100;
  if (text == "none") return std::pair<std::uint64_t, std::uint64_t>{0, 1};
  if (text.size() != 3 || text[0] < '1' || text[0] > '9') return std::nullopt;
  if (iequals(text.substr(1), "xx")) {
    const auto first = static_cast<std::uint64_t>(text[0] - '0') * kClass;
    return std::pair{first, first + kClass};
  }
  const auto code = parse_count(text);
  if (!code) return std::nullopt;
  return std::pair{*code, *code + 1};
}

Outcome<Value> parse_value(Field field, std::string_view text) {
  Value value{std::string(text), 0, 0};
  std::optional<std::uint64_t> number = 0;
  switch (field) {
    case Field::time:
      number = parse_wall_time(text);
      if (!number) return Failure{"wants a time such as 2026-01-05T10:00:00Z"};
      break;
    case Field::latency: {
      const auto duration = parse_duration(text);
      if (!duration) return Failure{"wants a duration such as 500ms"};
      number = static_cast<std::uint64_t>(duration->count());
      break;
    }
    case Field::status: {
      const auto range = status_range(text);
      if (!range) return Failure{"wants a status such as 404, 5xx or none"};
      value.number_end = range->second;
      number = range->first;
      break;
    }
    case Field::outcome:
      number = enumerator_of<MirrorOutcome>(text, kMirrorOutcomes);
      if (!number) return Failure{"wants an outcome such as sent, write_blocked or not_sampled"};
      break;
    case Field::fate:
      number = enumerator_of<Fate>(text, kFates);
      if (!number) return Failure{"wants ok, client_abort, upstream_timeout, reset or local_reply"};
      break;
    default:
      if (text.empty()) return Failure{"wants a value"};
  }
  value.number = *number;
  return value;
}

Failure failure(std::string_view term, std::string_view what) {
  return Failure{fmt::format("filter '{}': {}", term, what)};
}

Outcome<> check_operator(const FilterTerm& term) {
  const bool compares = term.op == Operator::less || term.op == Operator::less_equal ||
                        term.op == Operator::greater || term.op == Operator::greater_equal;
  if (compares && !is_ordered(term.field)) return Failure{"only time, status and latency can be compared"};
  if (term.op == Operator::contains && !is_text(term.field))
    return Failure{"~ (contains) is for target, host, endpoint, method and header"};
  const bool equals = term.op == Operator::equal || term.op == Operator::not_equal;
  if (equals && (term.field == Field::time || term.field == Field::latency))
    return Failure{"time and latency want <, <=, > or >="};
  if (compares && term.values.size() > 1) return Failure{"a comparison takes one value"};
  return {};
}

}  // namespace

Outcome<FilterTerm> parse_filter_term(std::string_view text) {
  const auto at = text.find_first_of("=<>!~");
  if (at == std::string_view::npos || at == 0)
    return failure(text, "a term is FIELD OPERATOR VALUE, such as status=5xx");
  auto name = text.substr(0, at);
  auto rest = text.substr(at);
  FilterTerm term;
  if (name.starts_with("header:")) {
    term.name = name.substr(std::string_view("header:").size());
    if (term.name.empty()) return failure(text, "name the header: header:accept=...");
    name = "header";
  } else if (name == "header") {
    return failure(text, "name the header: header:accept=...");
  }
  bool known = false;
  for (const auto& [field_name, field] : kFields) {
    if (field_name != name) continue;
    term.field = field;
    known = true;
  }
  if (!known)
    return failure(text,
                   "the fields are time, method, status, endpoint, target, host, latency, header:NAME, "
                   "outcome and fate");
  known = false;
  for (const auto& [sign, op] : kOperators) {
    if (known || !rest.starts_with(sign)) continue;
    term.op = op;
    rest.remove_prefix(sign.size());
    known = true;
  }
  if (!known) return failure(text, "the operators are = != < <= > >= and ~ (contains)");
  while (true) {
    const auto bar = rest.find('|');
    auto value = parse_value(term.field, rest.substr(0, bar));
    if (!value) return failure(text, value.error().message);
    term.values.push_back(*std::move(value));
    if (bar == std::string_view::npos) break;
    rest.remove_prefix(bar + 1);
  }
  if (const auto checked = check_operator(term); !checked) return failure(text, checked.error().message);
  return term;
}

}  // namespace understudy::capture
