#include "core/diff/noise_model.hpp"

#include "core/base/content_hash.hpp"
#include "core/diff/response_diff.hpp"
#include "core/diff/volatile_leaves.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

namespace understudy::diff {
namespace {

constexpr std::size_t kValuesMax = 16;
constexpr std::uint32_t kGroupsMin = 2;
constexpr std::uint32_t kPairsMin = 3;
constexpr std::uint32_t kFreshMin = 3;
constexpr std::uint32_t kEndpointsMin = 2;
/// So many repetitions by the same asker without a change show that a value depends on the asker.
constexpr std::uint32_t kSteadyMin = 3;

/// Which of two answers came first is chance, so a member that comes and goes is one kind.
Kind unordered(Kind kind) noexcept {
  switch (kind) {
    case Kind::added:
      return Kind::missing;
    case Kind::element_added:
    case Kind::array_length:
      return Kind::element_removed;
    case Kind::header_added:
      return Kind::header_missing;
    default:
      return kind;
  }
}

std::uint64_t place_key(std::uint64_t scope, std::string_view path, Kind kind) {
  ContentHasher hasher;
  hasher.update({reinterpret_cast<const char*>(&scope), sizeof scope});
  const char code = static_cast<char>(unordered(kind));
  hasher.update({&code, 1});
  hasher.update(path);
  return hasher.digest();
}

bool has_values(Kind kind) noexcept {
  return kind == Kind::value_changed || kind == Kind::header_changed || kind == Kind::status_changed ||
         kind == Kind::body_changed || kind == Kind::type_changed || kind == Kind::content_type_changed;
}

struct Exemplar {
  http::Response response;
  std::uint64_t made_ns = 0;
};

/// What one request's answers showed at one path.
struct RequestPlace {
  std::vector<std::uint64_t> values;  ///< hashes seen, at most kValuesMax

  void add(std::uint64_t value) {
    if (values.size() < kValuesMax && !knows(value)) values.push_back(value);
  }
  bool knows(std::uint64_t value) const { return std::ranges::find(values, value) != values.end(); }
};

/// What answers of an endpoint to equal questions showed at one path.
struct EndpointPlace {
  std::uint32_t pairs = 0;
  std::uint32_t same_asker_pairs = 0;
  std::uint32_t groups = 0;
  std::uint64_t last_group = 0;
  bool counted_for_service = false;

  bool enough() const noexcept { return groups >= kGroupsMin || pairs >= kPairsMin; }
};

/// Ids, tokens and times at one path of an endpoint: fresh as long as none repeats.
struct FreshPlace {
  std::vector<std::uint64_t> seen;
  bool repeated = false;
};

bool same_volatile_class(const Difference& difference) noexcept {
  return difference.recorded_class == difference.replayed_class && is_volatile(difference.recorded_class);
}

}  // namespace

std::string_view to_string(Evidence evidence) noexcept {
  switch (evidence) {
    case Evidence::clock:
      return "clock";
    case Evidence::repeated_request:
      return "repeated_request";
    case Evidence::endpoint_variation:
      return "endpoint_variation";
    case Evidence::service_variation:
      return "service_variation";
    case Evidence::fresh_identifier:
      return "fresh_identifier";
  }
  return "clock";
}

struct NoiseModel::Impl {
  NoiseLimits limits;
  NoiseStats stats;
  std::size_t exemplar_bytes = 0;
  std::unordered_map<std::uint64_t, Exemplar> exemplars;                ///< by fingerprint
  std::unordered_map<std::uint64_t, std::uint64_t> first_fingerprints;  ///< by question
  std::unordered_map<std::uint64_t, RequestPlace> request_places;
  std::unordered_map<std::uint64_t, EndpointPlace> endpoint_places;
  std::unordered_map<std::uint64_t, std::uint32_t> same_asker_pairs;  ///< by endpoint
  std::unordered_map<std::uint64_t, std::uint32_t> service_places;    ///< endpoints that vary at a path
  std::unordered_map<std::uint64_t, FreshPlace> fresh_places;

  template <class Map>
  typename Map::mapped_type* place(Map& map, std::uint64_t key) {
    if (const auto found = map.find(key); found != map.end()) return &found->second;
    if (map.size() >= limits.places) {
      ++stats.not_learned;
      return nullptr;
    }
    return &map[key];
  }

  void keep(const RequestIdentity& identity, const http::Response& response, std::uint64_t made_ns) {
    const auto bytes = response.body.size() + response.head.fields.size_bytes() + sizeof(Exemplar);
    if (exemplar_bytes + bytes > limits.exemplar_bytes || exemplars.size() >= limits.exemplars) {
      ++stats.not_learned;
      return;
    }
    exemplar_bytes += bytes;
    exemplars.emplace(identity.fingerprint, Exemplar{response, made_ns});
    first_fingerprints.try_emplace(identity.question, identity.fingerprint);
  }

  /// Another answer to the same question: held against the first that the same asker got, else against any.
  void learn_pair(const RequestIdentity& identity, const Exemplar& first, const http::Response& response,
                  std::uint64_t made_ns, bool same_asker) {
    ++stats.repeated;
    if (same_asker) ++same_asker_pairs[content_hash(identity.endpoint)];
    const CompareOptions options{.times = {first.made_ns, made_ns}};
    for (const auto& difference : compare(first.response, response, options).differences) {
      if (same_asker) learn_for_request(identity, difference);
      learn_for_endpoint(identity, difference, same_asker);
    }
  }

  void learn_for_request(const RequestIdentity& identity, const Difference& difference) {
    auto* known = place(request_places, place_key(identity.fingerprint, difference.path, difference.kind));
    if (!known) return;
    for (const auto& value : difference.values) {
      known->add(value.recorded);
      known->add(value.replayed);
    }
  }

  void learn_for_endpoint(const RequestIdentity& identity, const Difference& difference, bool same_asker) {
    if (!same_volatile_class(difference) && difference.kind != Kind::order_changed) return;
    const auto endpoint = content_hash(identity.endpoint);
    auto* known = place(endpoint_places, place_key(endpoint, difference.path, difference.kind));
    if (!known) return;
    ++known->pairs;
    if (same_asker) ++known->same_asker_pairs;
    if (known->groups == 0 || known->last_group != identity.question) ++known->groups;
    known->last_group = identity.question;
    if (known->enough() && !std::exchange(known->counted_for_service, true))
      ++service_places[place_key(0, difference.path, difference.kind)];
  }

  void learn_fresh(const RequestIdentity& identity, const http::Response& response) {
    const auto endpoint = content_hash(identity.endpoint);
    for_each_volatile_leaf(response, [&](std::string_view path, Kind kind, std::uint64_t hash) {
      auto* known = place(fresh_places, place_key(endpoint, path, kind));
      if (!known || known->repeated) return;
      known->repeated = std::ranges::find(known->seen, hash) != known->seen.end();
      if (known->seen.size() < kValuesMax) known->seen.push_back(hash);
    });
  }

  bool varied_for_request(const RequestIdentity& identity, const Difference& difference) const {
    const auto found = request_places.find(place_key(identity.fingerprint, difference.path, difference.kind));
    if (found == request_places.end()) return false;
    if (!has_values(difference.kind)) return true;
    const bool numbers =
        difference.recorded_class == ValueClass::number && difference.replayed_class == ValueClass::number;
    if (difference.kind != Kind::status_changed && (same_volatile_class(difference) || numbers)) return true;
    if (difference.occurrences > difference.values.size()) return false;
    return std::ranges::all_of(difference.values,
                               [&](const ValueHashes& value) { return found->second.knows(value.replayed); });
  }

  bool varied_on_endpoint(const RequestIdentity& identity, const Difference& difference) const {
    if (!same_volatile_class(difference) && difference.kind != Kind::order_changed) return false;
    const auto endpoint = content_hash(identity.endpoint);
    const auto found = endpoint_places.find(place_key(endpoint, difference.path, difference.kind));
    if (found == endpoint_places.end() || !found->second.enough()) return false;
    const auto repeated = same_asker_pairs.find(endpoint);
    const bool depends_on_asker = repeated != same_asker_pairs.end() && repeated->second >= kSteadyMin &&
                                  found->second.same_asker_pairs == 0;
    return !depends_on_asker;
  }

  const FreshPlace* fresh_place(const RequestIdentity& identity, const Difference& difference) const {
    if (!same_volatile_class(difference)) return nullptr;
    const auto key = place_key(content_hash(identity.endpoint), difference.path, difference.kind);
    const auto found = fresh_places.find(key);
    return found != fresh_places.end() && !found->second.repeated ? &found->second : nullptr;
  }

  bool varied_on_service(const RequestIdentity& identity, const Difference& difference) const {
    if (!fresh_place(identity, difference)) return false;
    const auto found = service_places.find(place_key(0, difference.path, difference.kind));
    return found != service_places.end() && found->second >= kEndpointsMin;
  }

  bool fresh(const RequestIdentity& identity, const Difference& difference) const {
    const auto* known = identity.safe ? nullptr : fresh_place(identity, difference);
    return known && known->seen.size() >= kFreshMin;
  }
};

NoiseModel::NoiseModel(const NoiseLimits& limits) : impl_(std::make_unique<Impl>()) {
  impl_->limits = limits;
}
NoiseModel::~NoiseModel() = default;
NoiseModel::NoiseModel(NoiseModel&&) noexcept = default;

void NoiseModel::learn(const RequestIdentity& identity, const http::Response& response,
                       std::uint64_t made_ns) {
  auto& impl = *impl_;
  ++impl.stats.responses;
  impl.learn_fresh(identity, response);
  const auto own = impl.exemplars.find(identity.fingerprint);
  if (own != impl.exemplars.end()) return impl.learn_pair(identity, own->second, response, made_ns, true);
  if (const auto other = impl.first_fingerprints.find(identity.question);
      other != impl.first_fingerprints.end())
    impl.learn_pair(identity, impl.exemplars.at(other->second), response, made_ns, false);
  impl.keep(identity, response, made_ns);
}

void NoiseModel::finish_learning() {
  impl_->exemplars.clear();
  impl_->first_fingerprints.clear();
  impl_->exemplar_bytes = 0;
}

std::optional<Evidence> NoiseModel::explain(const RequestIdentity& identity,
                                            const Difference& difference) const {
  if (difference.follows_clock &&
      (difference.kind == Kind::value_changed || difference.kind == Kind::header_changed))
    return Evidence::clock;
  if (impl_->varied_for_request(identity, difference)) return Evidence::repeated_request;
  if (impl_->varied_on_endpoint(identity, difference)) return Evidence::endpoint_variation;
  if (impl_->varied_on_service(identity, difference)) return Evidence::service_variation;
  if (impl_->fresh(identity, difference)) return Evidence::fresh_identifier;
  return std::nullopt;
}

const NoiseStats& NoiseModel::stats() const noexcept { return impl_->stats; }

}  // namespace understudy::diff
