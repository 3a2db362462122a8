using System.Numerics;
using System.Runtime.InteropServices;

namespace LoraFaaS.Policies.Forecasting.Lstm;

/// <summary>
/// Row-major products that add to their result. The right side is packed in panels of four vectors' width so that the inner loop reads
/// it in order; four rows of the left side share each panel.
/// </summary>
internal static class MatrixProduct
{
    private const int TileRows = 4;
    private const int TileVectors = 4;
    private const int BlockDepth = 128;

    private static int TileWidth => TileVectors * Vector<float>.Count;

    /// <summary>c[m×n] += a[m×k] · b[k×n].</summary>
    public static void MultiplyAdd(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int n, int k) =>
        Run(a, b, c, m, n, k, transposed: false);

    /// <summary>c[m×n] += aᵀ · b, with a[k×m] and b[k×n].</summary>
    public static void TransposedMultiplyAdd(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int n, int k) =>
        Run(a, b, c, m, n, k, transposed: true);

    /// <summary>The plain form that the packed one is tested against.</summary>
    public static void MultiplyAddPlain(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int n, int k)
    {
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var sum = 0.0;

                for (var l = 0; l < k; l++)
                {
                    sum += (double)a[i * k + l] * b[l * n + j];
                }

                c[i * n + j] += (float)sum;
            }
        }
    }

    private static void Run(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int n, int k, bool transposed)
    {
        Span<float> panel = stackalloc float[BlockDepth * TileWidth];
        Span<float> left = stackalloc float[BlockDepth * TileRows];
        Span<float> tile = stackalloc float[TileRows * TileWidth];

        for (var l = 0; l < k; l += BlockDepth)
        {
            var depth = Math.Min(BlockDepth, k - l);

            for (var j = 0; j < n; j += TileWidth)
            {
                var width = Math.Min(TileWidth, n - j);
                Pack(b[(l * n + j)..], n, panel, depth, width);

                for (var i = 0; i < m; i += TileRows)
                {
                    var rows = Math.Min(TileRows, m - i);
                    PackLeft(a, left, i, rows, l, depth, transposed ? m : k, transposed);

                    if (rows == TileRows && width == TileWidth)
                    {
                        Tile(left, panel, c[(i * n + j)..], n, depth);
                        continue;
                    }

                    tile.Clear();
                    Tile(left, panel, tile, TileWidth, depth);
                    AddPart(tile, c[(i * n + j)..], n, rows, width);
                }
            }
        }
    }

    private static void Pack(ReadOnlySpan<float> b, int stride, Span<float> panel, int depth, int width)
    {
        for (var l = 0; l < depth; l++)
        {
            var to = panel.Slice(l * TileWidth, TileWidth);
            b.Slice(l * stride, width).CopyTo(to);
            to[width..].Clear();
        }
    }

    /// <summary>Four rows side by side, so that the inner loop takes its four factors from one place.</summary>
    private static void PackLeft(ReadOnlySpan<float> a, Span<float> left, int row, int rows, int from, int depth, int stride, bool transposed)
    {
        if (rows < TileRows)
        {
            left.Clear();
        }

        if (transposed)
        {
            for (var l = 0; l < depth; l++)
            {
                a.Slice((from + l) * stride + row, rows).CopyTo(left.Slice(l * TileRows, rows));
            }

            return;
        }

        for (var r = 0; r < rows; r++)
        {
            var source = a.Slice((row + r) * stride + from, depth);

            for (var l = 0; l < source.Length; l++)
            {
                left[l * TileRows + r] = source[l];
            }
        }
    }

    private static void Tile(ReadOnlySpan<float> left, ReadOnlySpan<float> panel, Span<float> c, int stride, int depth)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(panel)[..(depth * TileVectors)];
        var c0 = MemoryMarshal.Cast<float, Vector<float>>(c[..TileWidth]);
        var c1 = MemoryMarshal.Cast<float, Vector<float>>(c.Slice(stride, TileWidth));
        var c2 = MemoryMarshal.Cast<float, Vector<float>>(c.Slice(2 * stride, TileWidth));
        var c3 = MemoryMarshal.Cast<float, Vector<float>>(c.Slice(3 * stride, TileWidth));
        var (s00, s01, s02, s03) = (c0[0], c0[1], c0[2], c0[3]);
        var (s10, s11, s12, s13) = (c1[0], c1[1], c1[2], c1[3]);
        var (s20, s21, s22, s23) = (c2[0], c2[1], c2[2], c2[3]);
        var (s30, s31, s32, s33) = (c3[0], c3[1], c3[2], c3[3]);
        left = left[..(depth * TileRows)];

        while (vectors.Length >= TileVectors && left.Length >= TileRows)
        {
            var (b0, b1, b2, b3) = (vectors[0], vectors[1], vectors[2], vectors[3]);
            var a0 = new Vector<float>(left[0]);
            s00 = Vector.FusedMultiplyAdd(a0, b0, s00);
            s01 = Vector.FusedMultiplyAdd(a0, b1, s01);
            s02 = Vector.FusedMultiplyAdd(a0, b2, s02);
            s03 = Vector.FusedMultiplyAdd(a0, b3, s03);
            var a1 = new Vector<float>(left[1]);
            s10 = Vector.FusedMultiplyAdd(a1, b0, s10);
            s11 = Vector.FusedMultiplyAdd(a1, b1, s11);
            s12 = Vector.FusedMultiplyAdd(a1, b2, s12);
            s13 = Vector.FusedMultiplyAdd(a1, b3, s13);
            var a2 = new Vector<float>(left[2]);
            s20 = Vector.FusedMultiplyAdd(a2, b0, s20);
            s21 = Vector.FusedMultiplyAdd(a2, b1, s21);
            s22 = Vector.FusedMultiplyAdd(a2, b2, s22);
            s23 = Vector.FusedMultiplyAdd(a2, b3, s23);
            var a3 = new Vector<float>(left[3]);
            s30 = Vector.FusedMultiplyAdd(a3, b0, s30);
            s31 = Vector.FusedMultiplyAdd(a3, b1, s31);
            s32 = Vector.FusedMultiplyAdd(a3, b2, s32);
            s33 = Vector.FusedMultiplyAdd(a3, b3, s33);
            vectors = vectors[TileVectors..];
            left = left[TileRows..];
        }

        (c0[0], c0[1], c0[2], c0[3]) = (s00, s01, s02, s03);
        (c1[0], c1[1], c1[2], c1[3]) = (s10, s11, s12, s13);
        (c2[0], c2[1], c2[2], c2[3]) = (s20, s21, s22, s23);
        (c3[0], c3[1], c3[2], c3[3]) = (s30, s31, s32, s33);
    }

    private static void AddPart(ReadOnlySpan<float> tile, Span<float> c, int stride, int rows, int width)
    {
        for (var r = 0; r < rows; r++)
        {
            for (var j = 0; j < width; j++)
            {
                c[r * stride + j] += tile[r * TileWidth + j];
            }
        }
    }
}
