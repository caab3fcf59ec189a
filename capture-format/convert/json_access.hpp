// Members of a parsed JSON object that may be missing or of another type than expected.
#pragma once

#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace understudy::capture {

inline const boost::json::value* member_or_null(const boost::json::object& object, std::string_view name) {
  return object.if_contains(boost::json::string_view(name.data(), name.size()));
}

inline const boost::json::object* object_or_null(const boost::json::object& object, std::string_view name) {
  const auto* value = member_or_null(object, name);
  return value == nullptr ? nullptr : value->if_object();
}

inline const boost::json::array& array_or_empty(const boost::json::object& object, std::string_view name) {
  static const boost::json::array kEmpty;
  const auto* value = member_or_null(object, name);
  const auto* array = value == nullptr ? nullptr : value->if_array();
  return array == nullptr ? kEmpty : *array;
}

/// The view is valid as long as the object.
inline std::optional<std::string_view> text_or_none(const boost::json::object& object,
                                                    std::string_view name) {
  const auto* value = member_or_null(object, name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  if (text == nullptr) return std::nullopt;
  return std::string_view(text->data(), text->size());
}

inline std::string_view text_or_empty(const boost::json::object& object, std::string_view name) {
  return text_or_none(object, name).value_or(std::string_view());
}

/// Also a number in quotes, as some tools write it.
inline std::optional<double> number_or_none(const boost::json::object& object, std::string_view name) {
  const auto* value = member_or_null(object, name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) return value->to_number<double>();
  const auto* text = value->if_string();
  if (text == nullptr) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || !std::isfinite(number))
    return std::nullopt;
  return number;
}

/// A string or a number, as text: tools write connection ids as either.
inline std::string scalar_text(const boost::json::object& object, std::string_view name) {
  const auto* value = member_or_null(object, name);
  if (value == nullptr) return {};
  if (const auto* text = value->if_string()) return std::string(text->data(), text->size());
  return value->is_number() ? boost::json::serialize(*value) : std::string();
}

}  // namespace understudy::capture
