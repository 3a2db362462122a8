using System.Runtime.InteropServices;
using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Checkpoints.Safetensors;
using LoraFaaS.Engine;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Cpu;
using LoraFaaS.Engine.Memory;
using LoraFaaS.Engine.Models;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Bench.Inference;

/// <summary>A checkpoint folder packed and opened as a sandbox does it, in this process.</summary>
internal sealed unsafe class LoadedEngine : IDisposable
{
    private const long DeviceBytes = 2L << 30;

    private readonly Checkpoint _checkpoint;
    private readonly CpuBackend _backend;
    private readonly void* _image;
    private ulong _owners;

    public LoadedEngine(string folder, int threads, PackPrecision precision = PackPrecision.Exact, bool isProfiled = false)
    {
        _checkpoint = Checkpoint.Open(folder).ValueOrThrow();
        var bytes = BackbonePacker.Measure(_checkpoint, precision);
        _image = NativeMemory.AlignedAlloc((nuint)bytes, 4096);
        BackbonePacker.Pack(_checkpoint, (nint)_image, bytes, precision, null, CancellationToken.None);

        var options = new EngineOptions { Threads = threads, DeviceBytes = DeviceBytes };
        _backend = new CpuBackend(options);
        Times = new TimedBackend(_backend);
        Engine = new InferenceEngine(BackboneImage.Open((nint)_image, bytes), isProfiled ? Times : _backend, options);
        Logits = Engine.Runner.CreateLogits();
    }

    public InferenceEngine Engine { get; }

    public LogitsBuffer Logits { get; }

    /// <summary>Notes nothing unless the engine was made to be profiled.</summary>
    public TimedBackend Times { get; }

    public Checkpoint Checkpoint => _checkpoint;

    public string Kernels => _backend.Kernels;

    /// <summary>Bytes of weights that a step of one token reads: every matrix, but the table that only one row is taken of.</summary>
    public long BytesPerStep => Engine.Backbone.Tensors.Where(tensor => tensor.Layout is TensorLayout.Panels).Sum(tensor => tensor.Bytes());

    public AdapterHandle Load(string folder)
    {
        var config = AdapterConfig.Parse(File.ReadAllBytes(Path.Combine(folder, "adapter_config.json"))).ValueOrThrow();
        using var tensors = SafetensorsFile.Open(Path.Combine(folder, "adapter_model.safetensors")).ValueOrThrow();
        if (AdapterValidator.Validate(config, tensors, _checkpoint.Config) is not AdapterValidation.Valid { Weights: var weights })
        {
            throw new InvalidDataException($"{folder} does not fit {_checkpoint.Folder}.");
        }

        var bytes = AdapterPacker.Measure(weights, _checkpoint.Config);
        var packed = NativeMemory.AllocZeroed((nuint)bytes);
        try
        {
            AdapterPacker.Pack(weights, tensors, _checkpoint.Config, new Span<byte>(packed, checked((int)bytes)), CancellationToken.None);
            return Engine.Adapters.Load(AdapterImage.Open((nint)packed, bytes), NewOwner()) is AdapterLoad.Loaded loaded
                ? loaded.Adapter
                : throw new InvalidOperationException($"{folder} does not fit into {DeviceBytes >> 20} MiB of pages.");
        }
        finally
        {
            NativeMemory.Free(packed);
        }
    }

    public OwnerTag NewOwner() => new(++_owners);

    public void Dispose()
    {
        Logits.Dispose();
        Engine.Dispose();
        _backend.Dispose();
        _checkpoint.Dispose();
        NativeMemory.AlignedFree(_image);
    }
}
