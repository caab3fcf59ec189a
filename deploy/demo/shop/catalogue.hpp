// What the shop sells: 72 products in six categories, the same in every run and version.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::demo {

struct Review {
  std::string author;
  int stars = 0;
  std::string text;
};

struct Product {
  int id = 0;
  std::string name;
  std::string description;
  int category = 0;  ///< index into `kCategories`
  std::int64_t price_cents = 0;
  std::vector<std::string> tags;  ///< a set: its order means nothing
  int stock = 0;
  int rating_tenths = 0;
  std::vector<Review> reviews;
};

struct Category {
  std::string_view slug;
  std::string_view name;
};

inline constexpr Category kCategories[] = {
    {"kitchen", "Kitchen"}, {"garden", "Garden"},     {"office", "Office"},
    {"outdoor", "Outdoor"}, {"lighting", "Lighting"}, {"textiles", "Textiles"},
};

/// Ids run from 1 without a gap.
class Catalogue {
 public:
  Catalogue();

  const std::vector<Product>& products() const noexcept { return products_; }
  const Product* find(std::int64_t id) const noexcept;
  int count_in(int category) const noexcept;
  /// Products whose name, tags or category hold `word`, by id.
  std::vector<const Product*> search(std::string_view word) const;

 private:
  std::vector<Product> products_;
};

}  // namespace understudy::demo
