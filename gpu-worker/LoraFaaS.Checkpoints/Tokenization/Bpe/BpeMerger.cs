namespace LoraFaaS.Checkpoints.Tokenization.Bpe;

/// <summary>
/// Merges the symbols of one word: a linked list of symbols, and a heap of the merges that neighbours allow, lowest rank first,
/// leftmost among equals. n log n in the word's length, however hostile the word. Scratch for one thread, used again for each word.
/// </summary>
internal sealed class BpeMerger
{
    private const int None = -1;

    private readonly PriorityQueue<(int Position, int NewId), ulong> _queue = new();
    private int[] _ids = new int[64];
    private int[] _previous = new int[64];
    private int[] _next = new int[64];
    private int _count;

    public void Clear()
    {
        _count = 0;
        _queue.Clear();
    }

    public void Add(int id)
    {
        if (_count == _ids.Length)
        {
            Array.Resize(ref _ids, _count * 2);
            Array.Resize(ref _previous, _count * 2);
            Array.Resize(ref _next, _count * 2);
        }

        _ids[_count] = id;
        _previous[_count] = _count - 1;
        _next[_count] = _count + 1;
        _count++;
    }

    public void Merge(BpeVocabulary vocabulary, List<int> tokens)
    {
        if (_count == 0)
        {
            return;
        }

        _next[_count - 1] = None;
        for (var i = 0; i + 1 < _count; i++)
        {
            Consider(vocabulary, i, i + 1);
        }

        while (_queue.TryDequeue(out var due, out _))
        {
            var left = due.Position;
            var right = _ids[left] == None ? None : _next[left];

            // Either side may have been merged away since this was queued.
            if (right != None && vocabulary.TryMerge(_ids[left], _ids[right], out var merge) && merge.NewId == due.NewId)
            {
                Join(vocabulary, left, right, merge.NewId);
            }
        }

        for (var i = 0; i != None; i = _next[i])
        {
            tokens.Add(_ids[i]);
        }
    }

    private void Join(BpeVocabulary vocabulary, int left, int right, int newId)
    {
        var after = _next[right];
        _ids[left] = newId;
        _ids[right] = None;
        _next[left] = after;

        if (after != None)
        {
            _previous[after] = left;
            Consider(vocabulary, left, after);
        }

        if (_previous[left] != None)
        {
            Consider(vocabulary, _previous[left], left);
        }
    }

    private void Consider(BpeVocabulary vocabulary, int left, int right)
    {
        if (vocabulary.TryMerge(_ids[left], _ids[right], out var merge))
        {
            _queue.Enqueue((left, merge.NewId), ((ulong)(uint)merge.Rank << 32) | (uint)left);
        }
    }
}
