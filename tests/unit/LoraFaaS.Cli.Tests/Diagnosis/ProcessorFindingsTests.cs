using LoraFaaS.Cli.Diagnosis;

namespace LoraFaaS.Cli.Tests.Diagnosis;

public sealed class ProcessorFindingsTests
{
    [Theory]
    [InlineData("fpu avx2 fma avx512f avx512bw avx512vl avx512_bf16 avx512_vnni", nameof(FindingState.Good), "avx512-bf16, int8 by VNNI")]
    [InlineData("fpu avx2 fma avx512f avx512bw avx512vl", nameof(FindingState.Limited), "avx512")]
    [InlineData("fpu avx2 fma", nameof(FindingState.Limited), "avx2")]
    [InlineData("fpu", nameof(FindingState.Limited), "scalar")]
    public void Kernels_follow_the_processor_s_flags(string flags, string state, string found)
    {
        var finding = ProcessorFindings.Kernels($"processor\t: 0\nflags\t\t: {flags}\nbugs\t\t:\n");

        Assert.Equal((state, found), (finding.State.ToString(), finding.Found));
    }

    [Theory]
    [InlineData("MemTotal: 9 kB\nMemAvailable:   8388608 kB\n", nameof(FindingState.Good))]
    [InlineData("MemAvailable:   1048576 kB\n", nameof(FindingState.Limited))]
    [InlineData("", nameof(FindingState.Limited))]
    public void Memory_is_what_is_available(string meminfo, string state) => Assert.Equal(state, ProcessorFindings.Memory(meminfo).State.ToString());
}
