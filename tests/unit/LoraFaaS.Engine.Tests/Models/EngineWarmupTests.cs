using LoraFaaS.Engine.Cpu;
using LoraFaaS.Engine.Tests.TestData;
using LoraFaaS.Engine.Warmup;

namespace LoraFaaS.Engine.Tests.Models;

public sealed class EngineWarmupTests
{
    [Theory]
    [InlineData(KernelChoice.Auto)]
    [InlineData(KernelChoice.Scalar)]
    public void Warming_up_runs_on_any_backend_that_has_no_backbone_yet(KernelChoice kernels)
    {
        using var backend = new CpuBackend(EngineUnderTest.Exact with { Kernels = kernels });

        EngineWarmup.Run(backend, CancellationToken.None);
        EngineWarmup.Run(backend, CancellationToken.None);
    }
}
