using System.ComponentModel.DataAnnotations;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Engine;
using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Cpu;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Weights;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Native;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Sandbox.Diagnostics;
using LoraFaaS.Sandbox.Prompts;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Sandbox.Opening;

/// <summary>Maps the sealed backbone read-only, builds the engine over it and reads the text side. Every way this can fail has a name.</summary>
internal sealed class SandboxOpener(TimeProvider time, JsonLog log)
{
    public OpenOutcome Open(Open request, SafeFileHandle descriptor)
    {
        using (descriptor)
        {
            return Open(request, () => PreparedBackbone.Map(descriptor), readText: null);
        }
    }

    /// <param name="request">What it is to be.</param>
    /// <param name="map">The backbone's image; owned by the sandbox from then on.</param>
    /// <param name="readText">Null: from the request's files.</param>
    public OpenOutcome Open(Open request, Func<MappedMemory> map, Func<TextSide>? readText) => Try(owned =>
    {
        var begun = time.GetTimestamp();
        var memory = map();
        owned.Push(memory);
        var backbone = PreparedBackbone.Open(memory);
        var mapTime = time.GetElapsedTime(begun);

        var text = readText?.Invoke() ?? TextSide.Read(request.TextFiles, backbone.Shape);

        begun = time.GetTimestamp();
        var built = Build(request, backbone, memory, text, owned);
        return built with { MapTime = mapTime, KernelsTime = time.GetElapsedTime(begun) };
    });

    /// <summary>Before anybody waits for it. The mapping stays the caller's where nothing comes of it.</summary>
    public OpenOutcome Build(Open request, BackboneImage backbone, MappedMemory memory, TextSide text) => Try(owned => Build(request, backbone, memory, text, owned));

    private static OpenedSandbox Build(Open request, BackboneImage backbone, MappedMemory memory, TextSide text, Stack<IDisposable> owned)
    {
        var options = OptionsOf(request);
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        IComputeBackend backend = new CpuBackend(options);
        owned.Push(backend);
        var engine = new InferenceEngine(backbone, backend, options);
        owned.Push(engine);

        return new OpenedSandbox
        {
            BackboneDigest = request.BackboneDigest,
            TrustDomain = request.TrustDomain,
            Engine = engine,
            Backend = backend,
            Backbone = memory,
            Text = text,
            MaxSequences = options.MaxSequences,
            MapTime = TimeSpan.Zero,
            KernelsTime = TimeSpan.Zero,
        };
    }

    private OpenOutcome Try(Func<Stack<IDisposable>, OpenedSandbox> build)
    {
        var owned = new Stack<IDisposable>();

        try
        {
            return new OpenOutcome.Opened(build(owned));
        }
        catch (Exception fault) when (Explain(fault) is { } problem)
        {
            while (owned.TryPop(out var resource))
            {
                resource.Dispose();
            }

            log.Error("Opening failed", fault);
            return new OpenOutcome.Refused(problem);
        }
    }

    /// <summary>Zero means that the worker leaves it to the engine's default.</summary>
    private static EngineOptions OptionsOf(Open request)
    {
        var defaults = new EngineOptions();

        return defaults with
        {
            Threads = request.Threads == 0 ? defaults.Threads : request.Threads,
            DeviceBytes = request.DeviceBytes == 0 ? defaults.DeviceBytes : request.DeviceBytes,
            DeviceLimitBytes = request.DeviceLimitBytes,
            MaxStepTokens = request.MaxStepTokens == 0 ? defaults.MaxStepTokens : request.MaxStepTokens,
            MaxSequences = request.MaxSequences == 0 ? defaults.MaxSequences : request.MaxSequences,
            KvDtype = request.KvCache switch
            {
                "" => defaults.KvDtype,
                "bf16" => KvDtype.BF16,
                "float32" => KvDtype.F32,
                var unknown => throw new ValidationException($"kv_cache: '{unknown}' is neither bf16 nor float32."),
            },
            Kernels = KernelNames.Find(request.Kernels)
                ?? throw new ValidationException($"kernels: '{request.Kernels}' is none of {string.Join(", ", KernelNames.All)}."),
        };
    }

    /// <summary>Null: no refusal but a fault of ours, which is not to be hidden behind one.</summary>
    private static Problem? Explain(Exception fault) => fault switch
    {
        InvalidImageException or InvalidDataException => new Problem(ErrorCode.BackboneInvalid, fault.Message),
        RefusedException refused => new Problem(ErrorCode.BackboneInvalid, refused.Why.Message, refused.Why.Field),
        ValidationException or ArgumentException => new Problem(ErrorCode.InvalidRequest, fault.Message),
        LinuxException => new Problem(ErrorCode.ActivationFailed, fault.Message),
        OutOfMemoryException => new Problem(ErrorCode.NoCapacity, fault.Message),
        PlatformNotSupportedException => new Problem(ErrorCode.InvalidRequest, fault.Message, "kernels"),
        _ => null,
    };
}
