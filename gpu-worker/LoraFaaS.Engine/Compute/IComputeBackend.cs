using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Compute;

/// <summary>
/// The coarse operations of a forward pass on one device. Every result element is a function of its own row alone:
/// what else is in the batch, how it is cut and how many threads work on it must not change a bit.
/// Not for several threads at once: the engine's loop is the only caller, but for allocation.
/// </summary>
public interface IComputeBackend : IDisposable
{
    /// <summary>The kernel set in use, as it is reported: "cpu/avx512".</summary>
    string Kernels { get; }

    int Threads { get; }

    /// <summary>So many threads at most, of its own, work on what follows.</summary>
    void Use(int threads)
    {
    }

    /// <summary>The calling thread is the one that asks for everything from here on, and does nothing else. Its own threads may be placed beside it accordingly.</summary>
    void Settle()
    {
    }

    /// <summary>No work follows at once: threads that would wait for it awake sleep now. The next operation wakes them.</summary>
    void Pause()
    {
    }

    /// <summary>Zeroed bytes, aligned to a memory page of the device.</summary>
    DeviceMemory Allocate(long bytes);

    /// <summary>Zeroed bytes that the host reads in place at their address.</summary>
    DeviceMemory AllocateHostVisible(long bytes);

    /// <summary>Makes the image reachable by the device; answers the device address of its first byte.</summary>
    nint Bind(BackboneImage image);

    /// <summary>What the input of projections with such weights is best kept as. float32 always does.</summary>
    ActivationType InputFor(PackedDtype weights);

    /// <summary>output[i] = table row of tokens[i].</summary>
    void Embed(in PackedMatrix table, StepPlan plan, in Activations output);

    /// <summary>cos and sin [token, head_dim / 2] of position × frequency, times the scaling's attention factor.</summary>
    void Rotary(StepPlan plan, float[] inverseFrequencies, float factor, in Activations cos, in Activations sin);

    /// <summary>Root-mean-square norm of each row, times the weight.</summary>
    void Normalize(in Activations input, nint weight, float epsilon, in Activations output);

    /// <summary>residual += delta; output = norm of it.</summary>
    void AddAndNormalize(in Activations residual, in Activations delta, nint weight, float epsilon, in Activations output);

    /// <summary>
    /// All projections of one input, with the adapters' low-rank products added. The input is float32 or what <see cref="InputFor"/> says of
    /// every projection's weights; the outputs are float32.
    /// </summary>
    void Project(Projection[] projections, in Activations input, in Activations output, in AdapterPass adapters);

    /// <summary>Norms the heads where the backbone does (weights 0: not), rotates q and k, writes k and v into the cache.</summary>
    void RotateAndStore(StepPlan plan, AttentionShape shape, int layer, nint queryNorm, nint keyNorm, in Activations cos, in Activations sin, in Activations qkv);

    /// <summary>
    /// <see cref="Project"/> of query, key and value, then <see cref="RotateAndStore"/>: in one pass where a backend has it so, with the same bits.
    /// The plan and the layer are the adapters'.
    /// </summary>
    void ProjectAndStore(
        Projection[] projections, in Activations input, in Activations qkv, in AdapterPass adapters,
        AttentionShape shape, nint queryNorm, nint keyNorm, in Activations cos, in Activations sin)
    {
        Project(projections, input, qkv, adapters);
        RotateAndStore(adapters.Plan, shape, adapters.Layer, queryNorm, keyNorm, cos, sin, qkv);
    }

    /// <summary>Causal attention of every row over its own sequence's cache. output: [token, heads × head_dim].</summary>
    void Attend(StepPlan plan, AttentionShape shape, int layer, in Activations qkv, in Activations output);

    /// <summary>output = silu(gate) × up, where a row of the input is gate then up, each <paramref name="upColumn"/> wide.</summary>
    void GatedUnit(in Activations gateUp, int upColumn, in Activations output);

    /// <summary>output[i] = input row plan.Wanted[i].</summary>
    void GatherWanted(StepPlan plan, in Activations input, in Activations output);
}
