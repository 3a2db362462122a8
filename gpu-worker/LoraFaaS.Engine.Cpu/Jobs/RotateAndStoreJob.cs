using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Cpu.Kernels;

namespace LoraFaaS.Engine.Cpu.Jobs;

/// <summary><see cref="HeadWriter"/> as a pass of its own, row by row: for heads that no whole number of panels computes.</summary>
internal sealed class RotateAndStoreJob(CpuKernels kernels) : RowsJob
{
    private readonly HeadWriter _heads = new(kernels);
    private AttentionShape? _shape;

    public void Prepare(
        StepPlan plan, AttentionShape shape, int layer, nint queryNorm, nint keyNorm, in Activations cos, in Activations sin, in Activations qkv)
    {
        _shape = shape;
        _heads.Prepare(plan, shape, layer, queryNorm, keyNorm, cos, sin, qkv);
        Cut(plan.TokenCount, 4 * shape.Columns);
    }

    protected override void RunRows(int first, int end)
    {
        _heads.Queries(0, _shape!.Heads, first, end - first);
        _heads.Keys(0, _shape.KvHeads, first, end - first);
        _heads.Values(0, _shape.KvHeads, first, end - first);
    }
}
