using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Cpu.Kernels;
using LoraFaaS.Engine.Cpu.Kernels.Tiles;
using LoraFaaS.Engine.Tests.TestData;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Tests.Kernels;

/// <summary>Every kernel form against its scalar twin, bit by bit, on random sizes with remainders.</summary>
public sealed unsafe class KernelTwinTests
{
    private static readonly CpuKernels Plain = CpuKernels.Choose(KernelChoice.Scalar);

    public static TheoryData<KernelChoice> Forms => [.. KernelSets.Exact, .. KernelSets.BFloat16];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Panel_products_equal_the_plain_form(KernelChoice form)
    {
        var kernels = CpuKernels.Choose(form);
        var random = new Random(11);
        for (var round = 0; round < 300; round++)
        {
            var dtype = round % 2 == 0 ? PackedDtype.BF16 : PackedDtype.F32;
            int panels = random.Next(1, 12), tokens = random.Next(1, 40), columns = 2 * random.Next(1, 60);
            var accumulate = random.Next(2) == 0;
            var stride = columns + random.Next(0, 9);
            var type = round % 3 == 0 ? ActivationType.F32 : kernels.InputFor(PackedDtype.BF16);
            var outputStride = panels * 16 + random.Next(0, 5);

            var weights = Weights(dtype, panels, columns, random);
            var input = Packed(type, Floats(tokens * stride, random));
            var expected = Floats(tokens * outputStride, random);
            var actual = (float[])expected.Clone();

            Multiply(KernelSets.TwinOf(form), expected);
            Multiply(kernels, actual);
            Assert.Equal(expected, actual);

            void Multiply(CpuKernels by, float[] output)
            {
                fixed (byte* w = weights)
                fixed (float* x = input, y = output)
                {
                    by.Multiply(dtype, type, new TileArguments
                    {
                        Weights = w,
                        PanelStride = (nint)PanelLayout.PanelBytes(dtype, columns),
                        Panels = panels,
                        Lines = PanelLayout.LinesFor(dtype, columns),
                        Input = x,
                        InputStride = stride * sizeof(float),
                        Tokens = tokens,
                        Output = y,
                        OutputStride = outputStride,
                        Accumulate = accumulate,
                    });
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Row_kernels_equal_the_plain_form(KernelChoice form)
    {
        var kernels = CpuKernels.Choose(form);
        var random = new Random(12);
        for (var round = 0; round < 300; round++)
        {
            var count = random.Next(1, 100);
            var a = Floats(count, random, 8);
            var b = Floats(count, random, 8);
            AssertTwins((k, x, y) => k.Normalize(x, y, count, 1e-5f, x), a, b);
            AssertTwins((k, x, y) => k.Add(x, y, count), a, b);
            AssertTwins((k, x, y) => k.Scale(x, y, count), a, b);
            AssertTwins((k, x, y) => k.GatedUnit(x, y, count, x), a, b);
            AssertTwins((k, x, y) => k.Divide(x, 3.7f, count), a, b);
            AssertTwins((k, x, y) => k.Rotate(x, y, y + count / 4, count / 2), a, b);
        }

        void AssertTwins(Kernel run, float[] a, float[] b) => Assert.Equal(Apply(Plain, run, a, b), Apply(kernels, run, a, b));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Softmax_blocks_equal_the_plain_form(KernelChoice form)
    {
        var kernels = CpuKernels.Choose(form);
        var random = new Random(13);
        for (var round = 0; round < 200; round++)
        {
            var blocks = random.Next(1, 6);
            var scores = Floats(16 * blocks, random, 40);
            var start = Floats(32, random);
            var last = random.Next(1, 18);
            Assert.Equal(Run(Plain), Run(kernels));

            float[] Run(CpuKernels by)
            {
                var copy = (float[])scores.Clone();
                var sums = (float[])start.Clone();
                var maximum = float.NegativeInfinity;
                var total = 0f;
                fixed (float* s = copy, o = sums)
                {
                    for (var block = 0; block < blocks; block++)
                    {
                        by.SoftmaxBlock(s + 16 * block, block == blocks - 1 ? last : 16, 0.3f, ref maximum, ref total, o, 32);
                    }
                }

                return [.. copy, .. sums, maximum, total];
            }
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Blocks_of_several_queries_equal_the_plain_form(KernelChoice form)
    {
        var kernels = CpuKernels.Choose(form);
        var random = new Random(14);
        for (var round = 0; round < 200; round++)
        {
            var (queries, width) = (random.Next(1, 14), 16 * random.Next(1, 9));
            var scores = Floats(16 * queries, random, 40);
            var sums = Floats(queries * width, random);
            var maxima = Floats(queries, random, 60);
            var totals = Floats(queries, random, 4);
            int[] visible = [.. Enumerable.Range(0, queries).Select(_ => random.Next(33, 60))];
            Assert.Equal(Run(Plain), Run(kernels));

            float[] Run(CpuKernels by)
            {
                float[] s = [.. scores], o = [.. sums], m = [.. maxima], t = [.. totals];
                fixed (float* ps = s, po = o, pm = m, pt = t)
                fixed (int* seen = visible)
                {
                    by.SoftmaxBlocks(ps, queries, seen, 32, 0.3f, pm, pt, po, width);
                }

                return [.. s, .. o, .. m, .. t];
            }
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Rounding_to_bf16_equals_the_plain_form(KernelChoice form)
    {
        var kernels = CpuKernels.Choose(form);
        var random = new Random(15);
        for (var round = 0; round < 300; round++)
        {
            // Any bits: NaN, infinities, subnormals and ties among them.
            float[] row = [.. Enumerable.Range(0, random.Next(1, 100)).Select(_ => BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue) & (random.Next(2) == 0 ? -1 : ~0x7FFF)))];
            var expected = new ushort[row.Length];
            var actual = new ushort[row.Length];
            fixed (float* x = row)
            fixed (ushort* plain = expected, packed = actual)
            {
                Plain.Pack(x, row.Length, plain);
                kernels.Pack(x, row.Length, packed);
            }

            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void Exp_is_within_two_units_in_the_last_place()
    {
        var worst = 0.0;
        for (var x = -87.3f; x < 88f; x += 0.00137f)
        {
            var exact = Math.Exp(x);
            worst = Math.Max(worst, Math.Abs(ScalarKernels.Exp(x) - exact) / MathF.BitIncrement((float)exact) * (1 << 23));
        }

        Assert.InRange(worst, 0, 2);
        Assert.Equal(1f, ScalarKernels.Exp(0f));
        Assert.Equal(0f, ScalarKernels.Exp(float.NegativeInfinity));
    }

    private delegate void Kernel(CpuKernels kernels, float* a, float* b);

    private static float[] Apply(CpuKernels kernels, Kernel run, float[] a, float[] b)
    {
        var x = (float[])a.Clone();
        var y = (float[])b.Clone();
        fixed (float* px = x, py = y)
        {
            run(kernels, px, py);
        }

        return x;
    }

    /// <summary>The same places, half as wide where the inputs are pairs.</summary>
    private static float[] Packed(ActivationType type, float[] input)
    {
        if (type is ActivationType.BF16)
        {
            fixed (float* x = input)
            {
                Plain.Pack(x, input.Length, (ushort*)x);
            }
        }

        return input;
    }

    private static float[] Floats(int count, Random random, float range = 2) =>
        [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * range)];

    private static byte[] Weights(PackedDtype dtype, int panels, int columns, Random random)
    {
        var bytes = new byte[panels * PanelLayout.PanelBytes(dtype, columns)];
        for (var i = 0; i < bytes.Length; i += PanelLayout.ElementBytes(dtype))
        {
            var value = (random.NextSingle() - 0.5f) * 2;
            if (dtype is PackedDtype.BF16)
            {
                BitConverter.TryWriteBytes(bytes.AsSpan(i), BFloat16Bits.Round(value));
            }
            else
            {
                BitConverter.TryWriteBytes(bytes.AsSpan(i), value);
            }
        }

        return bytes;
    }
}
