// Header fields as received: bytes with offsets, in order, with duplicates, names in their own case.
#pragma once

#include "core/base/ascii.hpp"

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

/// An ordered list of fields in one block of bytes. `clear` keeps the memory, so that a parser which is
/// reused for every request of a connection allocates nothing. Views stay valid until the next mutating call.
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

  void add(std::string_view name, std::string_view value) {
    spans_.push_back({static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(name.size()),
                      static_cast<std::uint32_t>(value.size())});
    bytes_.append(name);
    bytes_.append(value);
  }

  void clear() noexcept {
    bytes_.clear();
    spans_.clear();
  }

  bool empty() const noexcept { return spans_.empty(); }
  std::size_t size() const noexcept { return spans_.size(); }
  /// Bytes of all names and values together.
  std::size_t size_bytes() const noexcept { return bytes_.size(); }

  Field operator[](std::size_t at) const noexcept {
    const auto& span = spans_[at];
    const char* base = bytes_.data() + span.offset;
    return {{base, span.name_size}, {base + span.name_size, span.value_size}};
  }

  Iterator begin() const noexcept { return {this, 0}; }
  Iterator end() const noexcept { return {this, size()}; }

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
    kept.bytes_.reserve(bytes_.size());
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
    if (size() != other.size()) return false;
    for (std::size_t i = 0; i < size(); ++i)
      if ((*this)[i].name != other[i].name || (*this)[i].value != other[i].value) return false;
    return true;
  }

 private:
  struct Span {
    std::uint32_t offset;
    std::uint32_t name_size;
    std::uint32_t value_size;
  };

  std::string bytes_;
  std::vector<Span> spans_;
};

}  // namespace understudy::http
