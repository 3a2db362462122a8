using System.Collections.Concurrent;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Protocol.Sandbox;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>What one sandbox was asked about prompt prefixes and has not answered yet, by name: one question of a kind at a time, which the askers see to.</summary>
internal sealed class PrefixAsks
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<SandboxReply<PrefixReady>>> _ready = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<SandboxReply<PrefixSaved>>> _saved = new(StringComparer.Ordinal);

    /// <summary>It is to be kept: computed, or put back.</summary>
    public Task<SandboxReply<PrefixReady>> ReadyAsync(string name) => AskAsync(_ready, name);

    /// <summary>It is to be copied out.</summary>
    public Task<SandboxReply<PrefixSaved>> SavedAsync(string name) => AskAsync(_saved, name);

    /// <summary>False: nobody asked.</summary>
    public bool TryAnswer(PrefixReady answer) => _ready.TryRemove(answer.Name, out var waiting) && waiting.TrySetResult(Read(answer, answer.Code, answer.Message));

    /// <summary>False: nobody asked.</summary>
    public bool TryAnswer(PrefixSaved answer) => _saved.TryRemove(answer.Name, out var waiting) && waiting.TrySetResult(Read(answer, answer.Code, answer.Message));

    /// <summary>Nothing will be answered any more.</summary>
    public void Close()
    {
        foreach (var (_, waiting) in _ready)
        {
            waiting.TrySetResult(new SandboxReply<PrefixReady>.Lost());
        }

        foreach (var (_, waiting) in _saved)
        {
            waiting.TrySetResult(new SandboxReply<PrefixSaved>.Lost());
        }
    }

    private static Task<SandboxReply<T>> AskAsync<T>(ConcurrentDictionary<string, TaskCompletionSource<SandboxReply<T>>> asked, string name)
    {
        var reply = new TaskCompletionSource<SandboxReply<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
        asked[name] = reply;
        return reply.Task;
    }

    private static SandboxReply<T> Read<T>(T answer, string code, string message) =>
        code.Length == 0 ? new SandboxReply<T>.Done(answer) : new SandboxReply<T>.Refused(new Problem(ErrorCodes.FromWire(code), message));
}
