#include "core/base/byte_buffer.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace understudy {
namespace {

void put(ByteBuffer& buffer, std::string_view bytes) {
  const auto room = buffer.make_room();
  ASSERT_GE(room.size(), bytes.size());
  std::copy(bytes.begin(), bytes.end(), room.begin());
  buffer.commit(bytes.size());
}

TEST(ByteBuffer, StartsEmptyWithAllItsRoom) {
  ByteBuffer buffer(16);
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.make_room().size(), 16U);
  EXPECT_EQ(buffer.data(), "");
}

TEST(ByteBuffer, GivesBackWhatWasCommitted) {
  ByteBuffer buffer(16);
  put(buffer, "hello ");
  put(buffer, "world");
  EXPECT_EQ(buffer.data(), "hello world");
  buffer.consume(6);
  EXPECT_EQ(buffer.data(), "world");
  EXPECT_EQ(buffer.size(), 5U);
}

TEST(ByteBuffer, FullBufferHasNoRoom) {
  ByteBuffer buffer(4);
  put(buffer, "abcd");
  EXPECT_TRUE(buffer.full());
  EXPECT_TRUE(buffer.make_room().empty());
}

TEST(ByteBuffer, ConsumedFrontBecomesRoomAgain) {
  ByteBuffer buffer(8);
  put(buffer, "abcdefgh");
  buffer.consume(6);
  put(buffer, "ijklmn");
  EXPECT_EQ(buffer.data(), "ghijklmn");
}

TEST(ByteBuffer, EmptiedBufferStartsAnewWithoutMoving) {
  ByteBuffer buffer(8);
  put(buffer, "abcdefgh");
  buffer.consume(8);
  EXPECT_EQ(buffer.make_room().size(), 8U);
}

TEST(ByteBuffer, HoldsNoMemoryBeforeItsFirstUse) { EXPECT_EQ(ByteBuffer(64 * 1024).held_bytes(), 0U); }

TEST(ByteBuffer, BeginsSmallAndGrowsToItsLimitWhenReadsFillIt) {
  ByteBuffer buffer(64 * 1024);
  EXPECT_EQ(buffer.make_room().size(), ByteBuffer::kFirstBytes);
  std::string sent;
  while (!buffer.full()) {
    const std::string piece(buffer.make_room().size(), static_cast<char>('a' + sent.size() % 26));
    put(buffer, piece);
    sent += piece;
  }
  EXPECT_EQ(buffer.held_bytes(), 64U * 1024);
  EXPECT_TRUE(buffer.make_room().empty());
  EXPECT_EQ(buffer.data(), sent);
}

TEST(ByteBuffer, ReadThatFilledAnEmptiedBufferMakesTheNextOneLarger) {
  ByteBuffer buffer(64 * 1024);
  put(buffer, std::string(buffer.make_room().size(), 'x'));
  buffer.consume(buffer.size());
  EXPECT_GT(buffer.make_room().size(), ByteBuffer::kFirstBytes);
}

TEST(ByteBuffer, ReleaseGivesMemoryBackOnlyWhenEmpty) {
  ByteBuffer buffer(64 * 1024);
  put(buffer, "kept");
  buffer.release();
  EXPECT_EQ(buffer.data(), "kept");
  buffer.consume(4);
  buffer.release(ByteBuffer::kFirstBytes);
  EXPECT_EQ(buffer.held_bytes(), ByteBuffer::kFirstBytes);
  buffer.release();
  EXPECT_EQ(buffer.held_bytes(), 0U);
  put(buffer, "again");
  EXPECT_EQ(buffer.data(), "again");
}

TEST(ByteBuffer, LongStreamComesThroughUnchanged) {
  ByteBuffer buffer(13);
  std::string sent;
  std::string received;
  for (int i = 0; i < 5000; ++i) {
    const auto room = buffer.make_room();
    const auto count = std::min<std::size_t>(room.size(), 1 + static_cast<std::size_t>(i) % 7);
    for (std::size_t n = 0; n < count; ++n) {
      room[n] = static_cast<char>('a' + (i + static_cast<int>(n)) % 26);
      sent.push_back(room[n]);
    }
    buffer.commit(count);
    const auto taken = std::min<std::size_t>(buffer.size(), 1 + static_cast<std::size_t>(i) % 5);
    received.append(buffer.data().substr(0, taken));
    buffer.consume(taken);
  }
  received.append(buffer.data());
  EXPECT_EQ(received, sent);
}

}  // namespace
}  // namespace understudy
