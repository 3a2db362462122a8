using System.Globalization;
using LoraFaaS.Engine.Cpu;
using LoraFaaS.Engine.Cpu.Assembling;
using LoraFaaS.Engine.Cpu.Kernels;
using LoraFaaS.Engine.Cpu.Kernels.Assembled;
using LoraFaaS.Engine.Cpu.Kernels.Int8;

namespace LoraFaaS.Engine.Tests.Kernels;

/// <summary>As the kernel of the operating system sees the pages: what was asked for is not what counts.</summary>
public sealed class ExecutableMemoryTests
{
    [Fact]
    public unsafe void Pages_are_written_before_they_can_be_run_and_never_after()
    {
        var whileWritten = "";
        using var memory = ExecutableMemory.Create(3 * Environment.SystemPageSize, address =>
        {
            *(byte*)address = 0xC3;
            whileWritten = RightsAt(address);
        });

        Assert.Equal("rw-p", whileWritten);
        for (var page = 0; page < 3; page++)
        {
            Assert.Equal("r-xp", RightsAt(memory.Address + (page * Environment.SystemPageSize)));
        }

        ((delegate* unmanaged<void>)memory.Address)();
    }

    [Fact]
    public void Assembled_kernels_lie_in_pages_that_cannot_be_written()
    {
        var forms = AvxVnniInt8Kernels.Forms(isVex: true).ToList();
        var code = KernelCode.Assemble([.. forms]);
        Assert.All(forms, form => Assert.Equal("r-xp", RightsAt(code[form])));
    }

    [Fact]
    public void The_code_that_products_run_in_cannot_be_written_once_a_backend_computes()
    {
        Assert.SkipUnless(CpuFeatures.HasAvx512BFloat16, "This CPU runs no assembled bf16 kernels.");
        using var backend = new CpuBackend(new EngineOptions { Threads = 1, Kernels = KernelChoice.Avx512BF16 });

        IKernelForm[] forms = [.. AssembledTiling.Forms(new TileArithmetic.Pairs()), .. AssembledTiling.Forms(new TileArithmetic.Widened())];
        Assert.All(forms, form => Assert.Equal("r-xp", RightsAt(Avx512BFloat16Kernels.Code[form])));
    }

    private static string RightsAt(nint address)
    {
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            var fields = line.Split(' ', 3);
            var range = fields[0].Split('-');
            if (address >= Address(range[0]) && address < Address(range[1]))
            {
                return fields[1];
            }
        }

        return "unmapped";
    }

    private static nint Address(string text) => unchecked((nint)ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
}
