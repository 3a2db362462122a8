using LoraFaaS.Contracts.Errors;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Native;
using LoraFaaS.Sandbox.Diagnostics;
using LoraFaaS.Sandbox.Opening;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>
/// Prompt prefixes on their way between pages and the memory that the worker keeps them in while they are not here. Carried out between steps: a prefix is a few megabytes, and copying them
/// is far less than one step. Owned by the engine loop.
/// </summary>
internal sealed class PrefixImages(OpenedSandbox sandbox, PrefixKeeper prefixes, EventDelivery delivery, JsonLog log)
{
    private KvLayout Layout => sandbox.Engine.Kv.Layout;

    /// <summary>Writes what is kept under a name into the worker's memory. Our mapping is gone when the answer goes out: the worker seals it then.</summary>
    public void Save(LoopCommand.SavePrefix save)
    {
        using (save.Memory)
        {
            delivery.SavedPrefix(save.Name, TrySave(save.Name, save.Memory));
        }
    }

    /// <summary>Puts back what was computed before, here or in a sandbox of the same trust domain that is gone.</summary>
    public void Restore(LoopCommand.RestorePrefix restore)
    {
        using (restore.Image)
        {
            if (TryRestore(restore) is { } problem)
            {
                delivery.FailPrefix(restore.Name, problem);
            }
        }
    }

    private Problem? TrySave(string name, SafeFileHandle memory)
    {
        if (prefixes.Find(name) is not { } kept)
        {
            return new Problem(ErrorCode.NotResident, $"No prefix {name} is kept.");
        }

        var bytes = KvImage.Measure(Layout, kept.Blocks);

        try
        {
            if (RandomAccess.GetLength(memory) < bytes)
            {
                return new Problem(ErrorCode.NoCapacity, $"The prefix has {bytes} bytes.");
            }

            using var image = MappedMemory.OfFile(memory, bytes, MemoryAccess.Read | MemoryAccess.Write);
            KvImage.Write(image.Span(0, checked((int)bytes)), sandbox.Engine.Pages, Layout, kept.Kv, kept.Blocks, kept.Last, sandbox.Backend.Kernels);
            return null;
        }
        catch (LinuxException refused)
        {
            log.Error("A prefix could not be saved", refused, ("prefix", name));
            return new Problem(ErrorCode.Internal, refused.Message);
        }
    }

    private Problem? TryRestore(LoopCommand.RestorePrefix restore)
    {
        var chain = restore.Generation.Prefix;
        chain.Extend(restore.Generation.Tokens.Ids);
        var blocks = chain.Keys.Count;

        try
        {
            using var segment = SealedMemory.FromDescriptor(restore.Image);
            using var image = segment.Map();
            ReadOnlySpan<byte> bytes = image.Span(0, checked((int)image.Length));

            return blocks > 0 && KvImage.Is(bytes, Layout, blocks, chain.Keys[blocks - 1], sandbox.Backend.Kernels)
                ? TryTakeIn(restore, chain, bytes)
                : new Problem(ErrorCode.ArtifactCorrupt, "The image is of another prefix.");
        }
        catch (Exception broken) when (broken is InvalidDataException or LinuxException or ArgumentException)
        {
            log.Error("A prefix was refused", broken, ("prefix", restore.Name));
            return new Problem(ErrorCode.ArtifactCorrupt, broken.Message);
        }
    }

    private Problem? TryTakeIn(LoopCommand.RestorePrefix restore, BlockChain chain, ReadOnlySpan<byte> image)
    {
        var blocks = chain.Keys.Count;
        var kv = sandbox.Engine.Kv.CreateSequence(restore.Generation.Owner);

        if (!kv.TryGrow(blocks * KvLayout.BlockTokens))
        {
            kv.Dispose();
            return new Problem(ErrorCode.NoCapacity, "There are too few pages for it.");
        }

        KvImage.Read(image, sandbox.Engine.Pages, Layout, kv, blocks);

        for (var block = 0; block < blocks; block++)
        {
            sandbox.Engine.Prefixes.Register(kv, block, chain.Keys[block]);
        }

        prefixes.Keep(restore.Name, new KeptPrefix(restore.AdapterDigest, kv, blocks, chain.Keys[blocks - 1]));
        delivery.KeptPrefix(restore.Name, blocks * KvLayout.BlockTokens, (long)kv.PageCount * sandbox.Engine.Pages.PageBytes, blocks * KvLayout.BlockTokens);
        return null;
    }
}
