"""What texts call without its being written in them, in LLVM's own text.

copy(S, R, n)             so many cells of R into S
unpack(E, M, j, F)        a row of the bytes of the record j, read as F says (columns/records.py)
fetch(A, n)               cells, and
fetch_record(M, j, F)     a record, are in the cache by the time they are read; nothing changes
"""

from __future__ import annotations

from dsl.engine.cells import NA

# Not `internal`: what LLVM 22 then concludes of the range of an argument it also believes where the
# call is not reached.
SHARED = "linkonce_odr "
# Cells from one array to another: the same, for which the processor has something of its own.
COPY = f"""\
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
define {SHARED}i64 @copy(ptr %V, ptr %S, ptr %R, i64 %a.n) alwaysinline {{
  %bytes = shl i64 %a.n, 3
  call void @llvm.memcpy.p0.p0.i64(ptr %S, ptr %R, i64 %bytes, i1 false)
  ret i64 0
}}
"""
# The record of a place in an array of bytes as a row of cells; F says how (columns/records.py).
# A cell of which no bit is set is absent. What wraps around comes back: 64 bits hold every value.
UNPACK = f"""\
define {SHARED}i64 @unpack(ptr %V, ptr noalias %E, ptr noalias %M, i64 %a.place, ptr noalias %F) {{
  %count = load i64, ptr %F
  %p.stride = getelementptr i64, ptr %F, i64 1
  %stride = load i64, ptr %p.stride
  %start = mul i64 %a.place, %stride
  %record = getelementptr i8, ptr %M, i64 %start
  %p.first = getelementptr i64, ptr %F, i64 2
  %p.end = getelementptr [6 x i64], ptr %p.first, i64 %count
  br label %head
head:
  %p.cell = phi ptr [ %p.first, %0 ], [ %p.next, %next ]
  %done = icmp eq ptr %p.cell, %p.end
  br i1 %done, label %end, label %cell
cell:
  %place = load i64, ptr %p.cell
  %p.byte = getelementptr i64, ptr %p.cell, i64 1
  %byte = load i64, ptr %p.byte
  %p.bits = getelementptr i64, ptr %p.cell, i64 2
  %bits = load i64, ptr %p.bits
  %p.base = getelementptr i64, ptr %p.cell, i64 3
  %base = load i64, ptr %p.base
  %p.scale = getelementptr i64, ptr %p.cell, i64 4
  %scale = load i64, ptr %p.scale
  %p.word = getelementptr i8, ptr %record, i64 %byte
  %word = load i64, ptr %p.word, align 1
  %code = and i64 %word, %bits
  %p.table = getelementptr i64, ptr %p.cell, i64 5
  %table = load ptr, ptr %p.table
  %target = getelementptr i64, ptr %E, i64 %place
  %counted = icmp eq ptr %table, null
  br i1 %counted, label %counting, label %looking
looking:
  %p.known = getelementptr i64, ptr %table, i64 %code
  %known = load i64, ptr %p.known
  store i64 %known, ptr %target
  br label %next
counting:
  %above = mul i64 %code, %scale
  %value = add i64 %above, %base
  %absent = icmp eq i64 %code, 0
  %found = select i1 %absent, i64 {NA}, i64 %value
  store i64 %found, ptr %target
  br label %next
next:
  %p.next = getelementptr [6 x i64], ptr %p.cell, i64 1
  br label %head
end:
  ret i64 0
}}
"""


# Cells, or a record, are fetched into the cache before they are read.
FETCH = f"""\
declare void @llvm.prefetch.p0(ptr, i32, i32, i32)
define {SHARED}i64 @fetch(ptr %V, ptr %A, i64 %a.n) alwaysinline {{
  %end = getelementptr i64, ptr %A, i64 %a.n
  br label %head
head:
  %p = phi ptr [ %A, %0 ], [ %q, %head ]
  call void @llvm.prefetch.p0(ptr %p, i32 1, i32 3, i32 1)
  %q = getelementptr i8, ptr %p, i64 64
  %more = icmp ult ptr %q, %end
  br i1 %more, label %head, label %out
out:
  ret i64 0
}}
define {SHARED}i64 @fetch_record(ptr %V, ptr %M, i64 %a.place, ptr %F) alwaysinline {{
  %p.stride = getelementptr i64, ptr %F, i64 1
  %stride = load i64, ptr %p.stride
  %start = mul i64 %a.place, %stride
  %record = getelementptr i8, ptr %M, i64 %start
  call void @llvm.prefetch.p0(ptr %record, i32 0, i32 3, i32 1)
  ret i64 0
}}
"""
