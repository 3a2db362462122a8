using System.Diagnostics;
using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Bench.Inference;

/// <summary>
/// A backend that notes how long each of its operations takes: where a step's time goes. Q, k and v are rotated and stored in a pass of their own here
/// (the interface's own <see cref="IComputeBackend.ProjectAndStore"/>), so that it can be told from the product.
/// </summary>
internal sealed class TimedBackend(IComputeBackend inner) : IComputeBackend
{
    private readonly Dictionary<string, long> _ticks = new(StringComparer.Ordinal);

    public string Kernels => inner.Kernels;

    public int Threads => inner.Threads;

    public void Use(int threads) => inner.Use(threads);

    /// <summary>Seconds by operation since the last call.</summary>
    public IReadOnlyDictionary<string, double> Take()
    {
        var taken = _ticks.ToDictionary(pair => pair.Key, pair => (double)pair.Value / Stopwatch.Frequency, StringComparer.Ordinal);
        _ticks.Clear();
        return taken;
    }

    public DeviceMemory Allocate(long bytes) => inner.Allocate(bytes);

    public DeviceMemory AllocateHostVisible(long bytes) => inner.AllocateHostVisible(bytes);

    public nint Bind(BackboneImage image) => inner.Bind(image);

    public ActivationType InputFor(PackedDtype weights) => inner.InputFor(weights);

    public void Embed(in PackedMatrix table, StepPlan plan, in Activations output)
    {
        var begun = Stopwatch.GetTimestamp();
        inner.Embed(table, plan, output);
        Note("embed", begun);
    }

    public void Rotary(StepPlan plan, float[] inverseFrequencies, float factor, in Activations cos, in Activations sin)
    {
        var begun = Stopwatch.GetTimestamp();
        inner.Rotary(plan, inverseFrequencies, factor, cos, sin);
        Note("rotary table", begun);
    }

    public void Normalize(in Activations input, nint weight, float epsilon, in Activations output)
    {
        var begun = Stopwatch.GetTimestamp();
        inner.Normalize(input, weight, epsilon, output);
        Note("norms", begun);
    }

    public void AddAndNormalize(in Activations residual, in Activations delta, nint weight, float epsilon, in Activations output)
    {
        var begun = Stopwatch.GetTimestamp();
        inner.AddAndNormalize(residual, delta, weight, epsilon, output);
        Note("norms", begun);
    }

    public void Project(Projection[] projections, in Activations input, in Activations output, in AdapterPass adapters)
    {
        var begun = Stopwatch.GetTimestamp();
        inner.Project(projections, input, output, adapters);
        Note("projections", begun);
    }

    public void RotateAndStore(
        StepPlan plan, AttentionShape shape, int layer, nint queryNorm, nint keyNorm, in Activations cos, in Activations sin, in Activations qkv)
    {
        var begun = Stopwatch.GetTimestamp();
        inner.RotateAndStore(plan, shape, layer, queryNorm, keyNorm, cos, sin, qkv);
        Note("rotate and store", begun);
    }

    public void Attend(StepPlan plan, AttentionShape shape, int layer, in Activations qkv, in Activations output)
    {
        var begun = Stopwatch.GetTimestamp();
        inner.Attend(plan, shape, layer, qkv, output);
        Note("attention", begun);
    }

    public void GatedUnit(in Activations gateUp, int upColumn, in Activations output)
    {
        var begun = Stopwatch.GetTimestamp();
        inner.GatedUnit(gateUp, upColumn, output);
        Note("gated unit", begun);
    }

    public void GatherWanted(StepPlan plan, in Activations input, in Activations output)
    {
        var begun = Stopwatch.GetTimestamp();
        inner.GatherWanted(plan, input, output);
        Note("gather", begun);
    }

    /// <summary>The inner backend is its maker's.</summary>
    public void Dispose()
    {
    }

    private void Note(string operation, long begun) =>
        _ticks[operation] = _ticks.GetValueOrDefault(operation) + Stopwatch.GetTimestamp() - begun;
}
