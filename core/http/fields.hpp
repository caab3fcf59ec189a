// Header fields as received: lines with offsets, in order, with duplicates, names in their own case.
#pragma once

#include "core/base/ascii.hpp"
#include "core/http/field_name.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::http {

struct Field {
  std::string_view name;
  std::string_view value;
};

/// An ordered list of fields in one block of bytes, the lines that are sent for them. `clear` keeps the
/// memory, so that a parser which is reused for every request of a connection allocates nothing. Views stay
/// valid until the next mutating call.
class Fields {
 public:
  class Iterator {
   public:
    using value_type = Field;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Iterator(const Fields* fields, std::size_t at) : fields_(fields), at_(at) {}
    Field operator*() const { return (*fields_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) {
      auto old = *this;
      ++at_;
      return old;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const Fields* fields_ = nullptr;
    std::size_t at_ = 0;
  };

  /// Says which name it is.
  FieldName add(std::string_view name, std::string_view value) {
    const auto known = note_line(name, value.size());
    lines_.append(name).append(kColon).append(value).append(kLineEnd);
    return known;
  }

  /// The same for a line that is already as `lines` gives it: `name`, which `line` begins with, a colon, one
  /// space, the value, CRLF.
  FieldName add_line(std::string_view line, std::string_view name) {
    const auto known = note_line(name, line.size() - name.size() - kColon.size() - kLineEnd.size());
    lines_.append(line);
    return known;
  }

  void clear() noexcept {
    lines_.clear();
    spans_.clear();
    names_.clear();
  }

  bool empty() const noexcept { return spans_.empty(); }
  std::size_t size() const noexcept { return spans_.size(); }
  /// Bytes of all names and values together.
  std::size_t size_bytes() const noexcept {
    return lines_.size() - spans_.size() * (kColon.size() + kLineEnd.size());
  }

  Field operator[](std::size_t at) const noexcept {
    const auto& span = spans_[at];
    const char* base = lines_.data() + span.offset;
    return {{base, span.name_size}, {base + span.name_size + kColon.size(), span.value_size}};
  }

  FieldName name(std::size_t at) const noexcept { return spans_[at].name; }
  /// Which of the known names there are at least once.
  FieldNames names() const noexcept { return names_; }
  /// The lines from `begin` up to `end`, as they are sent: "name: value", each with CRLF.
  std::string_view lines(std::size_t begin, std::size_t end) const noexcept {
    const auto offset_of = [this](std::size_t at) {
      return at < spans_.size() ? spans_[at].offset : lines_.size();
    };
    return std::string_view(lines_).substr(offset_of(begin), offset_of(end) - offset_of(begin));
  }

  Iterator begin() const noexcept { return {this, 0}; }
  Iterator end() const noexcept { return {this, size()}; }

  /// The value of the first field of that name; `other` is no name.
  std::optional<std::string_view> find(FieldName name) const noexcept {
    if (!names_.contains(name)) return std::nullopt;
    std::size_t at = 0;
    while (spans_[at].name != name) ++at;
    return (*this)[at].value;
  }

  /// The value of the first field of that name (case-insensitive).
  std::optional<std::string_view> find(std::string_view name) const noexcept {
    for (const auto field : *this)
      if (iequals(field.name, name)) return field.value;
    return std::nullopt;
  }

  bool contains(std::string_view name) const noexcept { return find(name).has_value(); }

  std::size_t count(std::string_view name) const noexcept {
    std::size_t n = 0;
    for (const auto field : *this) n += iequals(field.name, name) ? 1 : 0;
    return n;
  }

  /// Keeps the fields for which `keep(Field)` is true, in their order.
  template <class Keep>
  void retain(Keep&& keep) {
    Fields kept;
    kept.lines_.reserve(lines_.size());
    for (const auto field : *this)
      if (keep(field)) kept.add(field.name, field.value);
    *this = std::move(kept);
  }

  void erase(std::string_view name) {
    if (contains(name)) retain([name](const Field& field) { return !iequals(field.name, name); });
  }

  /// Replaces every field of that name by one at the end.
  void set(std::string_view name, std::string_view value) {
    const std::string kept_name(name);
    const std::string kept_value(value);
    erase(kept_name);
    add(kept_name, kept_value);
  }

  bool operator==(const Fields& other) const noexcept {
    return lines_ == other.lines_ && spans_ == other.spans_;
  }

 private:
  static constexpr std::string_view kColon = ": ";
  static constexpr std::string_view kLineEnd = "\r\n";

  struct Span {
    std::uint32_t offset;
    std::uint32_t name_size;
    std::uint32_t value_size;
    FieldName name;

    bool operator==(const Span&) const = default;
  };

  /// Of the line that is appended next.
  FieldName note_line(std::string_view text, std::size_t value_size) {
    const auto name = field_name(text);
    spans_.push_back({static_cast<std::uint32_t>(lines_.size()), static_cast<std::uint32_t>(text.size()),
                      static_cast<std::uint32_t>(value_size), name});
    names_.add(name);
    return name;
  }

  std::string lines_;
  std::vector<Span> spans_;
  FieldNames names_;
};

}  // namespace understudy::http
