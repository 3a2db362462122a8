using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>What one generation has yielded so far: enough to have it continued elsewhere, and to make the continued stream look like one.</summary>
internal sealed class ReceivedTokens(GenerateRequest request)
{
    private readonly List<int> _ids = [];
    private Started? _started;

    public int Count => _ids.Count;

    /// <summary>What the tokens so far were computed with, and so those to come must be. Empty: there are none yet.</summary>
    public string Arithmetic => _ids.Count > 0 ? _started?.Arithmetic ?? "" : "";

    /// <summary>The caller has part of an answer that cannot be continued elsewhere: what a function's own code says is repeated by nobody.</summary>
    public bool IsBound { get; private set; }

    public void Bind() => IsBound = true;

    /// <summary>The request to send now. Tokens the client has are prefilled after the prompt and not sent again; neither is an echoed prompt.</summary>
    /// <param name="mayMove">Another worker can serve it, if the next has no place for it.</param>
    public GenerateRequest NextRequest(bool mayMove = false)
    {
        request.MayMove = mayMove;

        if (_ids.Count == 0)
        {
            return request;
        }

        var next = request.Clone();
        next.ResumeTokens.Add(_ids);
        next.ResumeArithmetic = Arithmetic;
        next.Sampling.Echo = false;
        return next;
    }

    public void Add(Tokens tokens) => _ids.AddRange(tokens.Ids);

    /// <summary>False for the second beginning of a continued stream.</summary>
    public bool TryStart(Started started)
    {
        if (_started is not null)
        {
            return false;
        }

        _started = started;
        return true;
    }

    /// <summary>Of a continued stream: the counts of the whole, whichever part of it the last worker saw.</summary>
    public Finished Whole(Finished finished)
    {
        var whole = finished.Clone();
        whole.CompletionTokens = Math.Max(finished.CompletionTokens, _ids.Count);

        if (_started is not null)
        {
            whole.PromptTokens = _started.PromptTokens;
            whole.CachedPromptTokens = _started.CachedPromptTokens;
        }

        return whole;
    }
}
