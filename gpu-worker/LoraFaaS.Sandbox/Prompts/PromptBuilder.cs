using System.Text;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Engine.Generation;
using LoraFaaS.Engine.Grammars;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Sampling;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Sandbox.Generation;
using LoraFaaS.Sandbox.Opening;
using FinishReason = LoraFaaS.Engine.Generation.FinishReason;

namespace LoraFaaS.Sandbox.Prompts;

/// <summary>From a request to a sequence that can run: checks it, makes its prompt's ids, replays tokens of an earlier life.</summary>
internal sealed class PromptBuilder(OpenedSandbox sandbox, TimeProvider time)
{
    /// <summary>More than any context of words has; a prompt of the longest tokens alone would have many times that, and end the connection.</summary>
    private const int MaxEchoBytes = 1 << 20;

    private readonly TextSide _text = sandbox.Text;
    private readonly GrammarCache _grammars = new(sandbox.Text);
    private readonly PromptEncoder _encoder = new(sandbox.Text, time);

    public PromptOutcome Build(GenerateRequest request)
    {
        if (Check(request) is { } problem)
        {
            return new PromptOutcome.Refused(problem);
        }

        return _encoder.Encode(request) switch
        {
            EncodedPrompt.Refused refused => new PromptOutcome.Refused(refused.Problem),
            EncodedPrompt.Ids prompt => Build(request, prompt.Values),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>The whole blocks that every prompt of the revision begins with, as a sequence that generates nothing.</summary>
    public PromptOutcome BuildPrefix(RevisionRef revision)
    {
        var ids = _encoder.CommonPrefix(revision);
        var whole = ids.Length / KvLayout.BlockTokens * KvLayout.BlockTokens;

        if (whole == 0)
        {
            return Refuse(ErrorCode.InvalidRequest, $"Prompts of {revision.Function} share {ids.Length} tokens; a block has {KvLayout.BlockTokens}.");
        }

        var request = new GenerateRequest { CallId = "prefix", Revision = revision, Prompt = new Prompt { Tokens = new TokenIds() }, Sampling = new Protocol.Data.Sampling { TopP = 1, RepetitionPenalty = 1, MaxTokens = 1, TopLogprobs = -1 } };
        request.Prompt.Tokens.Ids.AddRange(ids[..whole]);
        return Build(request);
    }

    /// <summary>The worker sends a sandbox only what belongs to it. A slip there must not mix trust domains here.</summary>
    private Problem? Check(GenerateRequest request)
    {
        if (request.Revision.TrustDomain != sandbox.TrustDomain)
        {
            return new Problem(ErrorCode.InvalidRequest, "The sandbox belongs to another trust domain.", "trust_domain");
        }

        if (request.Revision.BackboneDigest != sandbox.BackboneDigest)
        {
            return new Problem(ErrorCode.NotResident, "The sandbox holds another backbone.", "backbone_digest");
        }

        if (request.ResumeTokens.Any(IsUnknown))
        {
            return new Problem(ErrorCode.InvalidRequest, $"A token is not one of {_text.Vocabulary}.", "resume_tokens");
        }

        return SamplingReader.Check(request.Sampling ?? new Protocol.Data.Sampling(), _text.Vocabulary);
    }

    private PromptOutcome Build(GenerateRequest request, int[] prompt)
    {
        if (prompt.Length == 0)
        {
            return Refuse(ErrorCode.InvalidRequest, "It has no token.");
        }

        if (Array.Exists(prompt, IsUnknown))
        {
            return Refuse(ErrorCode.InvalidRequest, $"A token is not one of {_text.Vocabulary}.");
        }

        if (prompt.Length >= _text.ContextLength || prompt.Length + request.ResumeTokens.Count > _text.ContextLength)
        {
            return Refuse(ErrorCode.ContextLengthExceeded, $"It has {prompt.Length} tokens; the context holds {_text.ContextLength}, the answer included.");
        }

        var sampling = request.Sampling ?? new Protocol.Data.Sampling();

        return _grammars.MaskFor(sampling.JsonSchema) switch
        {
            MaskOutcome.Refused refused => new PromptOutcome.Refused(refused.Problem),
            MaskOutcome.Ready mask => Prepare(request, sampling, prompt, mask.Mask),
            MaskOutcome.NotAsked => Prepare(request, sampling, prompt, mask: null),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private PromptOutcome Prepare(GenerateRequest request, Protocol.Data.Sampling sampling, int[] prompt, GrammarMask? mask)
    {
        var echo = sampling.Echo ? _text.Decode(prompt) : null;

        if (echo is not null && Encoding.UTF8.GetByteCount(echo) > MaxEchoBytes)
        {
            return new PromptOutcome.Refused(new Problem(ErrorCode.InvalidRequest, $"The prompt's text is longer than the {MaxEchoBytes} bytes that are repeated.", "echo"));
        }

        var room = _text.ContextLength - prompt.Length;
        var maxTokens = sampling.MaxTokens > 0 ? Math.Min(sampling.MaxTokens, room) : room;
        var generation = new PreparedGeneration
        {
            Tokens = new TokenSequence(prompt, prompt.Length + Math.Min(maxTokens, 512)),
            Sampling = new SequenceSampling(SamplingReader.Read(sampling, request.CallId), prompt, maxTokens, mask),
            Grammar = mask,
            Text = _text.CreateText(sampling.Stop),
            Finish = new FinishRules(sampling.IgnoreEos ? [] : _text.EndTokens, sampling.MaxTokens > 0 ? sampling.MaxTokens : int.MaxValue, _text.ContextLength),
            Owner = PageOwners.OfRevision(request.Revision),
            Prefix = new BlockChain(PageOwners.SaltOf(request.Revision)),
            Stream = request.Stream,
            Echo = echo,
            Scores = sampling is { Echo: true, TopLogprobs: >= 0 } ? new PromptScores(prompt.Length, sampling.TopLogprobs) : null,
            IsPromptOnly = sampling.PromptOnly,
        };

        var resumed = Replay(generation, request.ResumeTokens);
        var beginning = generation.Prefix.NameOf(generation.Tokens.Ids);

        return mask is { IsBroken: true }
            ? new PromptOutcome.Refused(new Problem(ErrorCode.InvalidRequest, "They are not of the response format.", "resume_tokens"))
            : new PromptOutcome.Ready(generation with { Resumed = resumed, Beginning = beginning, BeginningLength = generation.Tokens.Length });
    }

    /// <summary>Takes in what the caller already has; its text was given out in the earlier life. Answers how it ended there, if it did.</summary>
    private static FinishReason? Replay(PreparedGeneration generation, IEnumerable<int> tokens)
    {
        var given = new StringBuilder();
        FinishReason? end = null;

        foreach (var token in tokens)
        {
            end = generation.Take(token, given);
        }

        return end;
    }

    private bool IsUnknown(int token) => token < 0 || token >= _text.Vocabulary;

    private static PromptOutcome.Refused Refuse(ErrorCode code, string message) => new(new Problem(code, message, "prompt"));
}
