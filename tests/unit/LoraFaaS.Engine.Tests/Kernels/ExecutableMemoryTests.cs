using System.Globalization;
using LoraFaaS.Engine.Cpu.Assembling;
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
