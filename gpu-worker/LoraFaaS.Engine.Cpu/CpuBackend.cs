using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Cpu.Jobs;
using LoraFaaS.Engine.Cpu.Kernels;
using LoraFaaS.Engine.Cpu.Kernels.Int8;
using LoraFaaS.Engine.Cpu.Memory;
using LoraFaaS.Engine.Cpu.Threads;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Cpu;

/// <summary>The forward pass on the machine's own cores. Each operation is a job that lives as long as the backend: a step makes no garbage.</summary>
public sealed class CpuBackend : IComputeBackend
{
    private readonly CpuKernels _kernels;
    private readonly Int8Kernels _int8;
    private readonly ComputePool _pool;
    private readonly EmbedJob _embed = new();
    private readonly RotaryJob _rotary = new();
    private readonly NormalizeJob _normalize;
    private readonly ShrinkJob _shrink;
    private readonly QuantizeJob _quantize;
    private readonly ProjectJob _project;
    private readonly RotateAndStoreJob _rotateAndStore;
    private readonly GatedUnitJob _gatedUnit;
    private readonly GatherJob _gather = new();
    private AttendJob? _attend;

    public CpuBackend(EngineOptions options)
        : this(CpuKernels.Choose(options.Kernels), Int8Kernels.Choose(options.Kernels), options.Threads)
    {
    }

    internal CpuBackend(CpuKernels kernels, Int8Kernels int8, int threads)
    {
        _kernels = kernels;
        _int8 = int8;
        _pool = new ComputePool(threads);
        _normalize = new NormalizeJob(kernels);
        _shrink = new ShrinkJob(kernels);
        _quantize = new QuantizeJob(int8);
        _project = new ProjectJob(kernels, int8, _quantize, threads);
        _rotateAndStore = new RotateAndStoreJob(kernels);
        _gatedUnit = new GatedUnitJob(kernels);
    }

    public string Kernels => $"cpu/{_kernels.Name}";

    /// <summary>The kernel set that a choice comes to on this machine, by its name. Assembles nothing.</summary>
    /// <exception cref="PlatformNotSupportedException">The set asked for needs instructions this CPU lacks.</exception>
    public static string KernelsFor(KernelChoice choice) => KernelNames.Of(CpuKernels.Resolve(choice));

    public int Threads => _pool.Threads;

    public void Use(int threads) => _pool.Use(threads);

    public void Settle() => _pool.Settle();

    public void Pause() => _pool.Pause();

    public DeviceMemory Allocate(long bytes) => new HostMemory(bytes);

    public DeviceMemory AllocateHostVisible(long bytes) => new HostMemory(bytes);

    /// <summary>The image is host memory already.</summary>
    public nint Bind(BackboneImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image.Address;
    }

    public ActivationType InputFor(PackedDtype weights) => _kernels.InputFor(weights);

    public void Embed(in PackedMatrix table, StepPlan plan, in Activations output)
    {
        _embed.Prepare(table, plan, output);
        _pool.Run(_embed);
    }

    public void Rotary(StepPlan plan, float[] inverseFrequencies, float factor, in Activations cos, in Activations sin)
    {
        _rotary.Prepare(plan, inverseFrequencies, factor, cos, sin);
        _pool.Run(_rotary);
    }

    public void Normalize(in Activations input, nint weight, float epsilon, in Activations output)
    {
        _normalize.Prepare(input, null, weight, epsilon, output);
        _pool.Run(_normalize);
    }

    public void AddAndNormalize(in Activations residual, in Activations delta, nint weight, float epsilon, in Activations output)
    {
        _normalize.Prepare(residual, delta, weight, epsilon, output);
        _pool.Run(_normalize);
    }

    public void Project(Projection[] projections, in Activations input, in Activations output, in AdapterPass adapters)
    {
        PrepareInput(projections, input, adapters);
        _project.Prepare(projections, input, output, adapters);
        _pool.Run(_project);
    }

    public void ProjectAndStore(
        Projection[] projections, in Activations input, in Activations qkv, in AdapterPass adapters,
        AttentionShape shape, nint queryNorm, nint keyNorm, in Activations cos, in Activations sin)
    {
        if (shape.HeadDim % PanelLayout.PanelRows != 0)
        {
            Project(projections, input, qkv, adapters);
            RotateAndStore(adapters.Plan, shape, adapters.Layer, queryNorm, keyNorm, cos, sin, qkv);
            return;
        }

        PrepareInput(projections, input, adapters);
        _project.Heads.Prepare(adapters.Plan, shape, adapters.Layer, queryNorm, keyNorm, cos, sin, qkv);
        _project.PrepareHeads(projections, input, qkv, adapters, shape.HeadDim);
        _pool.Run(_project);
    }

    public void RotateAndStore(
        StepPlan plan, AttentionShape shape, int layer, nint queryNorm, nint keyNorm, in Activations cos, in Activations sin, in Activations qkv)
    {
        _rotateAndStore.Prepare(plan, shape, layer, queryNorm, keyNorm, cos, sin, qkv);
        _pool.Run(_rotateAndStore);
    }

    public void Attend(StepPlan plan, AttentionShape shape, int layer, in Activations qkv, in Activations output)
    {
        if (_attend?.Shape != shape)
        {
            _attend?.Dispose();
            _attend = new AttendJob(_kernels, shape, _pool.Threads);
        }

        _attend.Prepare(plan, layer, qkv, output);
        _pool.Run(_attend);
    }

    public void GatedUnit(in Activations gateUp, int upColumn, in Activations output)
    {
        _gatedUnit.Prepare(gateUp, upColumn, output);
        _pool.Run(_gatedUnit);
    }

    public void GatherWanted(StepPlan plan, in Activations input, in Activations output)
    {
        _gather.Prepare(plan, input, output);
        _pool.Run(_gather);
    }

    public void Dispose()
    {
        _pool.Dispose();
        _attend?.Dispose();
        _quantize.Dispose();
    }

    /// <summary>What products read beside the input itself: the adapters' low-rank rows, and its levels where weights are int8.</summary>
    private void PrepareInput(Projection[] projections, in Activations input, in AdapterPass adapters)
    {
        if (adapters.GroupCount > 0)
        {
            _shrink.Prepare(input, adapters);
            _pool.Run(_shrink);
        }

        if (projections[0].Weight.Dtype is PackedDtype.I8)
        {
            _quantize.Prepare(input, projections[0].Weight.Group);
            _pool.Run(_quantize);
        }
    }
}
