namespace LoraFaaS.Simulator.Running;

/// <summary>A ring of ints that grows.</summary>
internal sealed class IntQueue
{
    private int[] _items = new int[8];
    private int _first;

    public int Count { get; private set; }

    public int First => _items[_first];

    /// <summary>The item before which so many come.</summary>
    public int this[int position] => _items[(_first + position) & (_items.Length - 1)];

    public void Put(int item)
    {
        if (Count == _items.Length)
        {
            var larger = new int[Count * 2];

            for (var index = 0; index < Count; index++)
            {
                larger[index] = _items[(_first + index) & (_items.Length - 1)];
            }

            (_items, _first) = (larger, 0);
        }

        _items[(_first + Count++) & (_items.Length - 1)] = item;
    }

    public int Take()
    {
        var item = _items[_first];
        _first = (_first + 1) & (_items.Length - 1);
        Count--;
        return item;
    }
}
