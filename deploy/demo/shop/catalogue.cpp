#include "deploy/demo/shop/catalogue.hpp"

#include "core/base/ascii.hpp"

#include <array>

namespace understudy::demo {
namespace {

constexpr int kProductCount = 72;
constexpr std::array<std::string_view, 12> kThings{"kettle",       "planter",    "desk tray",  "lantern",
                                                   "reading lamp", "blanket",    "skillet",    "trowel",
                                                   "notebook",     "camp stool", "wall light", "cushion"};
constexpr std::array<std::string_view, 6> kStyles{"Classic",  "Nordic", "Compact",
                                                  "Heritage", "Studio", "Travel"};
constexpr std::array<std::string_view, 10> kTags{
    "new", "handmade", "recycled", "bestseller", "gift", "seasonal", "oak", "stainless", "linen", "limited"};
constexpr std::array<std::string_view, 5> kOpinions{
    "Exactly as described.", "Smaller than I thought, but well made.", "Second one I buy.",
    "The colour is warmer than on the picture.", "Arrived quickly and well packed."};
constexpr std::array<std::string_view, 5> kAuthors{"Mika", "Ines", "Tomas", "Aiko", "Lena"};

template <std::size_t N>
std::string pick(const std::array<std::string_view, N>& from, int index) {
  return std::string(from[static_cast<std::size_t>(index) % N]);
}

Product make_product(int id) {
  Product product;
  product.id = id;
  product.name = pick(kStyles, id / 12) + " " + pick(kThings, id);
  product.category = id % 6;
  product.description =
      "Our " + product.name + ", made to be used every day and repaired rather than replaced.";
  product.price_cents = 490 + (id * 1379) % 18'000;
  for (int i = 0; i < 4; ++i) product.tags.push_back(pick(kTags, id + i * 3));
  product.stock = (id * 37) % 180;
  product.rating_tenths = 31 + (id * 7) % 19;
  for (int i = 0; i < id % 4; ++i)
    product.reviews.push_back({pick(kAuthors, id + i), 3 + (id + i) % 3, pick(kOpinions, id * 2 + i)});
  return product;
}

bool holds(std::string_view text, std::string_view lower_word) {
  return to_lower(text).find(lower_word) != std::string::npos;
}

}  // namespace

Catalogue::Catalogue() {
  for (int id = 1; id <= kProductCount; ++id) products_.push_back(make_product(id));
}

const Product* Catalogue::find(std::int64_t id) const noexcept {
  if (id < 1 || id > static_cast<std::int64_t>(products_.size())) return nullptr;
  return &products_[static_cast<std::size_t>(id - 1)];
}

int Catalogue::count_in(int category) const noexcept {
  int count = 0;
  for (const auto& product : products_) count += product.category == category ? 1 : 0;
  return count;
}

std::vector<const Product*> Catalogue::search(std::string_view word) const {
  const auto lower_word = to_lower(word);
  std::vector<const Product*> found;
  for (const auto& product : products_) {
    bool hit = holds(product.name, lower_word) || lower_word == kCategories[product.category].slug;
    for (const auto& tag : product.tags) hit = hit || tag == lower_word;
    if (hit) found.push_back(&product);
  }
  return found;
}

}  // namespace understudy::demo
