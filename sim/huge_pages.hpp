#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace rehearse {

/// Allocates long arrays in pages of two megabytes where the system has them. An event of a large
/// model touches a dozen places far apart; with small pages each of them costs, beside the wait for
/// memory, one for the page table.
template <class T>
class HugePages {
 public:
  using value_type = T;
  HugePages() = default;
  template <class U>
  HugePages(const HugePages<U>&) {}

  T* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    if (bytes < worthwhile) return std::allocator<T>().allocate(count);
    const std::size_t whole = (bytes + page - 1) / page * page;
    void* const memory = std::aligned_alloc(page, whole);
    if (memory == nullptr) throw std::bad_alloc();
#if defined(__linux__)
    madvise(memory, whole, MADV_HUGEPAGE);
#endif
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) {
    if (count * sizeof(T) < worthwhile) return std::allocator<T>().deallocate(memory, count);
    std::free(memory);
  }

  bool operator==(const HugePages&) const {
    return true;
  }

 private:
  static constexpr std::size_t page = std::size_t{1} << 21;
  static constexpr std::size_t worthwhile = page;
};

template <class T>
using HugeVector = std::vector<T, HugePages<T>>;

}  // namespace rehearse
