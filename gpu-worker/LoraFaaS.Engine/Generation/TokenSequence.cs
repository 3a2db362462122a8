namespace LoraFaaS.Engine.Generation;

/// <summary>
/// The ids of one growing sequence, prompt first, and how many of them already have their keys and values in the cache.
/// Preemption forgets the cache, never the ids.
/// </summary>
public sealed class TokenSequence
{
    private int[] _ids;

    public TokenSequence(ReadOnlySpan<int> prompt, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfZero(prompt.Length);

        _ids = new int[Math.Max(capacity, prompt.Length + 1)];
        prompt.CopyTo(_ids);
        PromptLength = Length = prompt.Length;
    }

    public int PromptLength { get; }

    public int Length { get; private set; }

    public int GeneratedLength => Length - PromptLength;

    /// <summary>Tokens whose keys and values are cached.</summary>
    public int Computed { get; private set; }

    /// <summary>Tokens still to run; the last one's logits choose the next token, so it is at least 1 while the sequence lives.</summary>
    public int Pending => Length - Computed;

    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Length);

    public ReadOnlySpan<int> Prompt => _ids.AsSpan(0, PromptLength);

    /// <summary>The next tokens to run.</summary>
    public ReadOnlyMemory<int> PendingIds(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Pending);
        return _ids.AsMemory(Computed, count);
    }

    public void Append(int token)
    {
        if (Length == _ids.Length)
        {
            Array.Resize(ref _ids, Length * 2);
        }

        _ids[Length++] = token;
    }

    public void MarkComputed(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Pending);
        Computed += count;
    }

    /// <summary>The cache was taken away: everything is to be run again.</summary>
    public void ForgetComputed() => Computed = 0;
}
