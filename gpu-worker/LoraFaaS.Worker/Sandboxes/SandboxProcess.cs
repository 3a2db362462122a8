using System.Net.Sockets;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Linux.Sockets;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Worker.Backbones;
using LoraFaaS.Worker.Isolation;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>A sandbox program that is running and confined, whatever it has been told so far.</summary>
/// <param name="id">Its own.</param>
/// <param name="process">The confined one.</param>
/// <param name="overheadBytes">What it may use beside what it is leased.</param>
internal sealed class SandboxProcess(SandboxId id, IConfinedProcess process, long overheadBytes) : IBlankProcess
{
    private IDisposable? _hold;

    public SandboxId Id { get; } = id;

    public string Name => Id.Value;

    public int ProcessId => process.ProcessId;

    public DescriptorStream Stream => process.Stream;

    /// <summary>Completes when the kernel has reaped it: only then are its bytes free.</summary>
    public Task Exited => process.Exited;

    /// <summary>The backbone it has mapped ahead; null: none.</summary>
    public Digest? Prepared { get; private set; }

    /// <summary>Starts a program, waits until it is confined, and gives it what it rehearses with.</summary>
    /// <exception cref="SandboxStartException">It ended first, or could not be started.</exception>
    public static async Task<SandboxProcess> StartAsync(
        SandboxId id, SandboxProgram program, ConfinedLauncher launcher, RehearsalStage stage, CancellationToken cancellationToken)
    {
        var process = await launcher.StartAsync(id.Value, program.Confined(), cancellationToken);

        try
        {
            await stage.GiveAsync(process.Stream, cancellationToken);
            return new SandboxProcess(id, process, program.OverheadBytes);
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException)
        {
            await process.DisposeAsync();
            throw new SandboxStartException($"{id} ended before it was used: {failure.Message}", failure) { IsEarlyEnd = true };
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Has a blank map a backbone, which it holds until <see cref="EndPreparation"/>, read its text side, and build the engine for what it will most likely be
    /// opened with. Its channel must not have begun.
    /// </summary>
    /// <exception cref="SandboxStartException">It has ended.</exception>
    public async Task PrepareAsync(PackedBackbone backbone, Open opening, ByteSize touched, CancellationToken cancellationToken)
    {
        if (backbone.TryHold() is not { } hold)
        {
            return;
        }

        EndPreparation();
        _hold = hold;
        var ahead = new Prepare { BackboneDigest = backbone.Digest.Value, Opening = opening, TouchedBytes = touched.Bytes };

        foreach (var (name, content) in backbone.TextFiles)
        {
            ahead.TextFiles.Add(name, content);
        }

        using var frame = PooledFrame.Encode(new ToSandbox { Prepare = ahead });

        try
        {
            await Stream.WriteAsync(frame.Bytes, backbone.Segment.Descriptor, cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException)
        {
            throw new SandboxStartException($"{Id} ended before it was used: {failure.Message}", failure);
        }

        Prepared = backbone.Digest;
    }

    /// <summary>From here on its sandbox holds the backbone, or nobody does.</summary>
    public void EndPreparation() => Interlocked.Exchange(ref _hold, null)?.Dispose();

    /// <summary>What it does that it may not is logged under this name.</summary>
    public void BelongTo(SandboxKey key, SandboxChannel channel) =>
        process.Owner.Become(key.ToString(), () => channel.Functions, () => channel.Turns?.Held);

    /// <summary>The kernel lets it use what it is leased, and what it needs beside that. False: it uses more already.</summary>
    public bool TryLimitMemory(ByteSize lease) => process.TryLimitMemory(lease.Bytes + overheadBytes);

    /// <summary>At once, and without a word to it.</summary>
    public void Kill() => process.Kill();

    /// <summary>Kills it if it is still there, and waits until it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        EndPreparation();
    }
}
