using LoraFaaS.Policies.Batching;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>A step waits for the adapters of all its rows, so those whose adapter is still coming run when there are no others, and one adapter's at a time.</summary>
internal static class ArrivingRows
{
    /// <summary>Takes out of the views who would make others wait.</summary>
    public static void HoldBack(List<StepSequence> views, SequenceTable table)
    {
        if (views.Exists(view => view.HasCredit && table[view.Key].Adapter is null or { IsWhole: true }))
        {
            views.RemoveAll(view => table[view.Key].Adapter is { IsWhole: false });
            return;
        }

        if (views.FindIndex(view => view.HasCredit) is >= 0 and var first)
        {
            var adapter = table[views[first].Key].Adapter;
            views.RemoveAll(view => table[view.Key].Adapter != adapter);
        }
    }
}
