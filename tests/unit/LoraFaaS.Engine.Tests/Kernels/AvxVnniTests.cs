using Iced.Intel;
using LoraFaaS.Engine.Cpu.Kernels.Int8;

namespace LoraFaaS.Engine.Tests.Kernels;

/// <summary>What can be known of the 256-bit form on a CPU that lacks AVX-VNNI: its encoding, and when it is chosen. <see cref="Int8TwinTests"/> run its tiles.</summary>
public sealed class AvxVnniTests
{
    [Fact]
    public void Every_instruction_is_one_that_a_processor_without_avx512_has()
    {
        foreach (var instruction in AvxVnniInt8Kernels.Forms(isVex: true).SelectMany(Instructions))
        {
            Assert.NotEqual(EncodingKind.EVEX, instruction.Encoding);
            Assert.Subset(
                new HashSet<CpuidFeature> { CpuidFeature.INTEL8086, CpuidFeature.INTEL386, CpuidFeature.X64, CpuidFeature.AVX, CpuidFeature.AVX2, CpuidFeature.FMA, CpuidFeature.AVX_VNNI },
                instruction.CpuidFeatures.ToHashSet());
        }
    }

    /// <summary>So that what the twin tests run is what other processors run, but for that instruction's prefix.</summary>
    [Fact]
    public void The_two_encodings_differ_in_vpdpbusd_alone()
    {
        foreach (var (vex, evex) in AvxVnniInt8Kernels.Forms(isVex: true).Zip(AvxVnniInt8Kernels.Forms(isVex: false)))
        {
            foreach (var (one, other) in Instructions(vex).Zip(Instructions(evex)))
            {
                Assert.Equal(one.ToString(), other.ToString());
                Assert.Equal(one.Mnemonic is Mnemonic.Vpdpbusd ? Code.VEX_Vpdpbusd_ymm_ymm_ymmm256 : one.Code, one.Code);
                Assert.Equal(one.Mnemonic is Mnemonic.Vpdpbusd ? Code.EVEX_Vpdpbusd_ymm_k1z_ymm_ymmm256b32 : one.Code, other.Code);
            }
        }
    }

    [Theory]
    [InlineData(KernelChoice.Auto, true, true, false, false, 2)]
    [InlineData(KernelChoice.Exact, true, true, false, false, 2)]
    [InlineData(KernelChoice.Avx2, true, true, true, true, 2)]
    [InlineData(KernelChoice.Avx2, true, false, true, true, 1)]
    [InlineData(KernelChoice.Auto, true, true, true, true, 4)]
    [InlineData(KernelChoice.Avx512, true, true, true, true, 3)]
    [InlineData(KernelChoice.Avx512BF16, true, false, true, true, 4)]
    [InlineData(KernelChoice.Auto, true, false, true, false, 3)]
    [InlineData(KernelChoice.Auto, false, false, false, false, 0)]
    [InlineData(KernelChoice.Scalar, true, true, true, true, 0)]
    public void The_form_is_the_fastest_that_the_cpu_and_the_choice_allow(
        KernelChoice choice, bool avx2, bool avxVnni, bool avx512, bool avx512Vnni, int form) =>
        Assert.Equal((Int8Form)form, new Int8Features(avx2, avxVnni, avx512, avx512Vnni).FormFor(choice));

    /// <summary>Decoded from the bytes: what was meant is not what counts.</summary>
    private static List<Instruction> Instructions(AvxVnniTile form)
    {
        var assembler = new Assembler(64);
        form.Write(assembler);
        using var bytes = new MemoryStream();
        assembler.Assemble(new StreamCodeWriter(bytes), 0);
        return [.. Decoder.Create(64, bytes.ToArray())];
    }
}
