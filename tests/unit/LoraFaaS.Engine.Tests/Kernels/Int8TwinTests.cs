using System.Runtime.Intrinsics.X86;
using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Cpu.Assembling;
using LoraFaaS.Engine.Cpu.Kernels;
using LoraFaaS.Engine.Cpu.Kernels.Int8;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Tests.Kernels;

/// <summary>Every form of the int8 product and of quantising against its scalar twin, bit by bit, on random sizes with remainders.</summary>
public sealed unsafe class Int8TwinTests
{
    private static readonly Int8Kernels Plain = new ScalarInt8Kernels();

    public static TheoryData<string> Forms => [.. All().Select(form => form.Name)];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Products_equal_the_plain_form(string name)
    {
        var kernels = Of(name);
        var random = new Random(17);
        for (var round = 0; round < 200; round++)
        {
            var group = 32 << random.Next(3);
            int panels = random.Next(1, 10), tokens = random.Next(1, 40), columns = random.Next(1, 400);
            var layout = new QuantizedRow(columns, group);
            var panelBytes = (int)GroupLayout.PanelBytes(columns, group);
            var outputStride = panels * 16 + random.Next(0, 5);

            var weights = Weights(panels, layout, random);
            var input = Inputs(Plain, tokens, layout, random);
            var expected = new float[tokens * outputStride];
            var actual = new float[tokens * outputStride];

            Multiply(Plain, expected);
            Multiply(kernels, actual);
            Assert.Equal(expected, actual);

            void Multiply(Int8Kernels by, float[] output)
            {
                fixed (byte* w = weights)
                fixed (sbyte* x = input)
                fixed (float* y = output)
                {
                    by.Multiply(new Int8Product
                    {
                        Weights = w,
                        PanelStride = panelBytes,
                        Panels = panels,
                        Groups = layout.Groups,
                        GroupLines = GroupLayout.LinesPerGroup(group),
                        Input = x,
                        Factors = (GroupFactor*)(x + layout.FactorsAt),
                        InputStride = layout.Stride,
                        Tokens = tokens,
                        Output = y,
                        OutputStride = outputStride,
                    });
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Quantising_equals_the_plain_form(string name)
    {
        var kernels = Of(name);
        for (var round = 0; round < 200; round++)
        {
            var layout = new QuantizedRow(new Random(round).Next(1, 400), 32 << round % 3);

            Assert.Equal(Inputs(Plain, 2, layout, new Random(round)), Inputs(kernels, 2, layout, new Random(round)));
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void What_is_no_number_reaches_the_output(string name)
    {
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            var layout = new QuantizedRow(64, 64);
            var row = new float[64];
            row[40] = bad;
            var levels = new sbyte[layout.Stride];
            fixed (float* from = row)
            fixed (sbyte* to = levels)
            {
                Of(name).Quantize(from, ActivationType.F32, layout, to);
                Assert.False(float.IsFinite(((GroupFactor*)(to + layout.FactorsAt))->Scale));
            }
        }
    }

    /// <summary>Against double precision: what quantising costs is a few thousandths of the sum's size, and nothing is added to that.</summary>
    [Fact]
    public void The_plain_form_multiplies()
    {
        var random = new Random(3);
        var layout = new QuantizedRow(300, 64);
        var input = Inputs(Plain, 1, layout, random);
        var weights = Weights(1, layout, random);
        var output = new float[16];
        fixed (byte* w = weights)
        fixed (sbyte* x = input)
        fixed (float* y = output)
        {
            var factors = (GroupFactor*)(x + layout.FactorsAt);
            Plain.Multiply(new Int8Product
            {
                Weights = w,
                Panels = 1,
                Groups = layout.Groups,
                GroupLines = 16,
                Input = x,
                Factors = factors,
                InputStride = layout.Stride,
                Tokens = 1,
                Output = y,
                OutputStride = 16,
            });

            for (var row = 0; row < 16; row++)
            {
                var (sum, size) = (0.0, 0.0);
                for (var column = 0; column < layout.Columns; column++)
                {
                    var weight = *(float*)(w + GroupLayout.ScaleAt(layout.Columns, 64, row, column)) * (w[GroupLayout.LevelAt(layout.Columns, 64, row, column)] - 128.0);
                    var product = weight * x[column] * factors[column / 64].Scale;
                    (sum, size) = (sum + product, size + Math.Abs(product));
                }

                Assert.InRange(y[row] - sum, -1e-6 * size, 1e-6 * size);
            }
        }
    }

    internal static IEnumerable<Int8Kernels> All()
    {
        yield return new ScalarInt8Kernels();
        if (Avx2.IsSupported && Fma.IsSupported)
        {
            yield return new Avx2Int8Kernels();
        }

        if (Avx512BW.IsSupported)
        {
            yield return new Avx512Int8Kernels();
        }

        if (CpuFeatures.HasAvxVnni)
        {
            yield return new AvxVnniInt8Kernels();
        }

        if (CpuFeatures.HasAvx512Vnni)
        {
            yield return new VnniInt8Kernels();

            // The tiles of AVX-VNNI in the encoding that this CPU has for them.
            yield return new AvxVnniInt8Kernels(isVex: false);
        }
    }

    private static Int8Kernels Of(string name) => All().Single(form => form.Name == name);

    private static byte[] Weights(int panels, QuantizedRow layout, Random random)
    {
        var source = new float[16 * layout.Columns];
        var panelBytes = (int)GroupLayout.PanelBytes(layout.Columns, layout.Group);
        var bytes = new byte[panels * panelBytes];
        for (var panel = 0; panel < panels; panel++)
        {
            for (var i = 0; i < source.Length; i++)
            {
                source[i] = random.NextSingle() * 2 - 1;
            }

            GroupPacker.Lay(
                System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(source), Checkpoints.Safetensors.TensorType.F32, layout.Columns, layout.Group,
                bytes.AsSpan(panel * panelBytes, panelBytes));
        }

        return bytes;
    }

    private static sbyte[] Inputs(Int8Kernels by, int tokens, QuantizedRow layout, Random random)
    {
        var levels = new sbyte[tokens * layout.Stride];
        var row = new float[layout.Columns];
        for (var token = 0; token < tokens; token++)
        {
            for (var i = 0; i < row.Length; i++)
            {
                // Now and then a whole group of nothing, and groups of very different sizes.
                row[i] = i / layout.Group % 5 == 4 ? 0 : (random.NextSingle() * 2 - 1) * MathF.Pow(10, i / layout.Group % 7 - 3);
            }

            fixed (float* from = row)
            fixed (sbyte* to = levels)
            {
                // Every other row as bf16.
                var type = token % 2 == 0 ? ActivationType.F32 : ActivationType.BF16;
                if (type is ActivationType.BF16)
                {
                    CpuKernels.Choose(KernelChoice.Scalar).Pack(from, row.Length, (ushort*)from);
                }

                by.Quantize(from, type, layout, to + token * layout.Stride);
            }
        }

        return levels;
    }
}
