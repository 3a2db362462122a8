using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Sandbox.Tests.Harness;

/// <summary>A backend that does everything as the real one, but for the steps it is told to fail.</summary>
internal sealed class FaultyBackend(IComputeBackend real) : IComputeBackend
{
    private int _steps;

    /// <summary>Counts from 1.</summary>
    public int FailingStep { get; init; }

    /// <summary>Called when a step begins, with its number.</summary>
    public Action<int> InStep { get; init; } = _ => { };

    /// <summary>Tokens that were run through the backbone.</summary>
    public int Tokens { get; private set; }

    public string Kernels => real.Kernels;

    public int Threads => real.Threads;

    public void Use(int threads) => real.Use(threads);

    public DeviceMemory Allocate(long bytes) => real.Allocate(bytes);

    public DeviceMemory AllocateHostVisible(long bytes) => real.AllocateHostVisible(bytes);

    public nint Bind(BackboneImage image) => real.Bind(image);

    public ActivationType InputFor(PackedDtype weights) => real.InputFor(weights);

    public void Embed(in PackedMatrix table, StepPlan plan, in Activations output)
    {
        if (++_steps == FailingStep)
        {
            throw new InvalidOperationException("The device is lost.");
        }

        InStep(_steps);
        Tokens += plan.TokenCount;
        real.Embed(table, plan, output);
    }

    public void Rotary(StepPlan plan, float[] inverseFrequencies, float factor, in Activations cos, in Activations sin) =>
        real.Rotary(plan, inverseFrequencies, factor, cos, sin);

    public void Normalize(in Activations input, nint weight, float epsilon, in Activations output) => real.Normalize(input, weight, epsilon, output);

    public void AddAndNormalize(in Activations residual, in Activations delta, nint weight, float epsilon, in Activations output) =>
        real.AddAndNormalize(residual, delta, weight, epsilon, output);

    public void Project(Projection[] projections, in Activations input, in Activations output, in AdapterPass adapters) =>
        real.Project(projections, input, output, adapters);

    public void RotateAndStore(
        StepPlan plan, AttentionShape shape, int layer, nint queryNorm, nint keyNorm, in Activations cos, in Activations sin, in Activations qkv) =>
        real.RotateAndStore(plan, shape, layer, queryNorm, keyNorm, cos, sin, qkv);

    public void Attend(StepPlan plan, AttentionShape shape, int layer, in Activations qkv, in Activations output) => real.Attend(plan, shape, layer, qkv, output);

    public void GatedUnit(in Activations gateUp, int upColumn, in Activations output) => real.GatedUnit(gateUp, upColumn, output);

    public void GatherWanted(StepPlan plan, in Activations input, in Activations output) => real.GatherWanted(plan, input, output);

    public void Dispose() => real.Dispose();
}
