using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LoraFaaS.Engine.Weights;

/// <summary>
/// Sixteen rows of 32-bit lanes into lines of sixteen: [row][line] to [line][row]. A block reads one whole cache line of each row and writes
/// sixteen whole lines, so that neither side is touched twice. Moves bits and computes nothing: every form gives the same bytes.
/// </summary>
internal static unsafe class LaneTranspose
{
    public const int Rows = 16;

    /// <param name="stride">Lanes from a row to the next.</param>
    public static void Run(uint* rows, nint stride, uint* lines, int count)
    {
        var line = 0;
        if (Avx512F.IsSupported)
        {
            for (; line <= count - 16; line += 16)
            {
                Block512(rows + line, stride, lines + line * Rows);
            }
        }

        if (Avx2.IsSupported)
        {
            for (; line <= count - 8; line += 8)
            {
                Block256(rows + line, stride, lines + line * Rows);
                Block256(rows + 8 * stride + line, stride, lines + line * Rows + 8);
            }
        }

        for (; line < count; line++)
        {
            for (var row = 0; row < Rows; row++)
            {
                lines[line * Rows + row] = rows[row * stride + line];
            }
        }
    }

    /// <summary>16 × 16: pairs of lanes, quads, then quarters of the register twice.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block512(uint* rows, nint stride, uint* lines)
    {
        var r0 = Vector512.Load(rows);
        var r1 = Vector512.Load(rows + 1 * stride);
        var r2 = Vector512.Load(rows + 2 * stride);
        var r3 = Vector512.Load(rows + 3 * stride);
        var r4 = Vector512.Load(rows + 4 * stride);
        var r5 = Vector512.Load(rows + 5 * stride);
        var r6 = Vector512.Load(rows + 6 * stride);
        var r7 = Vector512.Load(rows + 7 * stride);
        var r8 = Vector512.Load(rows + 8 * stride);
        var r9 = Vector512.Load(rows + 9 * stride);
        var r10 = Vector512.Load(rows + 10 * stride);
        var r11 = Vector512.Load(rows + 11 * stride);
        var r12 = Vector512.Load(rows + 12 * stride);
        var r13 = Vector512.Load(rows + 13 * stride);
        var r14 = Vector512.Load(rows + 14 * stride);
        var r15 = Vector512.Load(rows + 15 * stride);

        var p0 = Avx512F.UnpackLow(r0, r1).AsUInt64();
        var p1 = Avx512F.UnpackHigh(r0, r1).AsUInt64();
        var p2 = Avx512F.UnpackLow(r2, r3).AsUInt64();
        var p3 = Avx512F.UnpackHigh(r2, r3).AsUInt64();
        var p4 = Avx512F.UnpackLow(r4, r5).AsUInt64();
        var p5 = Avx512F.UnpackHigh(r4, r5).AsUInt64();
        var p6 = Avx512F.UnpackLow(r6, r7).AsUInt64();
        var p7 = Avx512F.UnpackHigh(r6, r7).AsUInt64();
        var p8 = Avx512F.UnpackLow(r8, r9).AsUInt64();
        var p9 = Avx512F.UnpackHigh(r8, r9).AsUInt64();
        var p10 = Avx512F.UnpackLow(r10, r11).AsUInt64();
        var p11 = Avx512F.UnpackHigh(r10, r11).AsUInt64();
        var p12 = Avx512F.UnpackLow(r12, r13).AsUInt64();
        var p13 = Avx512F.UnpackHigh(r12, r13).AsUInt64();
        var p14 = Avx512F.UnpackLow(r14, r15).AsUInt64();
        var p15 = Avx512F.UnpackHigh(r14, r15).AsUInt64();

        r0 = Avx512F.UnpackLow(p0, p2).AsUInt32();
        r1 = Avx512F.UnpackHigh(p0, p2).AsUInt32();
        r2 = Avx512F.UnpackLow(p1, p3).AsUInt32();
        r3 = Avx512F.UnpackHigh(p1, p3).AsUInt32();
        r4 = Avx512F.UnpackLow(p4, p6).AsUInt32();
        r5 = Avx512F.UnpackHigh(p4, p6).AsUInt32();
        r6 = Avx512F.UnpackLow(p5, p7).AsUInt32();
        r7 = Avx512F.UnpackHigh(p5, p7).AsUInt32();
        r8 = Avx512F.UnpackLow(p8, p10).AsUInt32();
        r9 = Avx512F.UnpackHigh(p8, p10).AsUInt32();
        r10 = Avx512F.UnpackLow(p9, p11).AsUInt32();
        r11 = Avx512F.UnpackHigh(p9, p11).AsUInt32();
        r12 = Avx512F.UnpackLow(p12, p14).AsUInt32();
        r13 = Avx512F.UnpackHigh(p12, p14).AsUInt32();
        r14 = Avx512F.UnpackLow(p13, p15).AsUInt32();
        r15 = Avx512F.UnpackHigh(p13, p15).AsUInt32();

        const byte Even = 0x88;
        const byte Odd = 0xDD;
        var q0 = Avx512F.Shuffle4x128(r0, r4, Even);
        var q1 = Avx512F.Shuffle4x128(r1, r5, Even);
        var q2 = Avx512F.Shuffle4x128(r2, r6, Even);
        var q3 = Avx512F.Shuffle4x128(r3, r7, Even);
        var q4 = Avx512F.Shuffle4x128(r0, r4, Odd);
        var q5 = Avx512F.Shuffle4x128(r1, r5, Odd);
        var q6 = Avx512F.Shuffle4x128(r2, r6, Odd);
        var q7 = Avx512F.Shuffle4x128(r3, r7, Odd);
        var q8 = Avx512F.Shuffle4x128(r8, r12, Even);
        var q9 = Avx512F.Shuffle4x128(r9, r13, Even);
        var q10 = Avx512F.Shuffle4x128(r10, r14, Even);
        var q11 = Avx512F.Shuffle4x128(r11, r15, Even);
        var q12 = Avx512F.Shuffle4x128(r8, r12, Odd);
        var q13 = Avx512F.Shuffle4x128(r9, r13, Odd);
        var q14 = Avx512F.Shuffle4x128(r10, r14, Odd);
        var q15 = Avx512F.Shuffle4x128(r11, r15, Odd);

        Avx512F.Shuffle4x128(q0, q8, Even).Store(lines);
        Avx512F.Shuffle4x128(q1, q9, Even).Store(lines + 1 * Rows);
        Avx512F.Shuffle4x128(q2, q10, Even).Store(lines + 2 * Rows);
        Avx512F.Shuffle4x128(q3, q11, Even).Store(lines + 3 * Rows);
        Avx512F.Shuffle4x128(q4, q12, Even).Store(lines + 4 * Rows);
        Avx512F.Shuffle4x128(q5, q13, Even).Store(lines + 5 * Rows);
        Avx512F.Shuffle4x128(q6, q14, Even).Store(lines + 6 * Rows);
        Avx512F.Shuffle4x128(q7, q15, Even).Store(lines + 7 * Rows);
        Avx512F.Shuffle4x128(q0, q8, Odd).Store(lines + 8 * Rows);
        Avx512F.Shuffle4x128(q1, q9, Odd).Store(lines + 9 * Rows);
        Avx512F.Shuffle4x128(q2, q10, Odd).Store(lines + 10 * Rows);
        Avx512F.Shuffle4x128(q3, q11, Odd).Store(lines + 11 * Rows);
        Avx512F.Shuffle4x128(q4, q12, Odd).Store(lines + 12 * Rows);
        Avx512F.Shuffle4x128(q5, q13, Odd).Store(lines + 13 * Rows);
        Avx512F.Shuffle4x128(q6, q14, Odd).Store(lines + 14 * Rows);
        Avx512F.Shuffle4x128(q7, q15, Odd).Store(lines + 15 * Rows);
    }

    /// <summary>8 × 8, into half of each line.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block256(uint* rows, nint stride, uint* lines)
    {
        var r0 = Vector256.Load(rows);
        var r1 = Vector256.Load(rows + 1 * stride);
        var r2 = Vector256.Load(rows + 2 * stride);
        var r3 = Vector256.Load(rows + 3 * stride);
        var r4 = Vector256.Load(rows + 4 * stride);
        var r5 = Vector256.Load(rows + 5 * stride);
        var r6 = Vector256.Load(rows + 6 * stride);
        var r7 = Vector256.Load(rows + 7 * stride);

        var p0 = Avx2.UnpackLow(r0, r1).AsUInt64();
        var p1 = Avx2.UnpackHigh(r0, r1).AsUInt64();
        var p2 = Avx2.UnpackLow(r2, r3).AsUInt64();
        var p3 = Avx2.UnpackHigh(r2, r3).AsUInt64();
        var p4 = Avx2.UnpackLow(r4, r5).AsUInt64();
        var p5 = Avx2.UnpackHigh(r4, r5).AsUInt64();
        var p6 = Avx2.UnpackLow(r6, r7).AsUInt64();
        var p7 = Avx2.UnpackHigh(r6, r7).AsUInt64();

        r0 = Avx2.UnpackLow(p0, p2).AsUInt32();
        r1 = Avx2.UnpackHigh(p0, p2).AsUInt32();
        r2 = Avx2.UnpackLow(p1, p3).AsUInt32();
        r3 = Avx2.UnpackHigh(p1, p3).AsUInt32();
        r4 = Avx2.UnpackLow(p4, p6).AsUInt32();
        r5 = Avx2.UnpackHigh(p4, p6).AsUInt32();
        r6 = Avx2.UnpackLow(p5, p7).AsUInt32();
        r7 = Avx2.UnpackHigh(p5, p7).AsUInt32();

        const byte Low = 0x20;
        const byte High = 0x31;
        Avx2.Permute2x128(r0, r4, Low).Store(lines);
        Avx2.Permute2x128(r1, r5, Low).Store(lines + 1 * Rows);
        Avx2.Permute2x128(r2, r6, Low).Store(lines + 2 * Rows);
        Avx2.Permute2x128(r3, r7, Low).Store(lines + 3 * Rows);
        Avx2.Permute2x128(r0, r4, High).Store(lines + 4 * Rows);
        Avx2.Permute2x128(r1, r5, High).Store(lines + 5 * Rows);
        Avx2.Permute2x128(r2, r6, High).Store(lines + 6 * Rows);
        Avx2.Permute2x128(r3, r7, High).Store(lines + 7 * Rows);
    }
}
