namespace LoraFaaS.Sandbox.Generation;

/// <summary>Where a generation is on its way through the loop.</summary>
internal enum SequenceStage
{
    /// <summary>Its prompt is being tokenised.</summary>
    Preparing = 0,

    /// <summary>Its adapter is being copied in.</summary>
    AwaitingAdapter = 1,

    /// <summary>The planner may give it rows.</summary>
    Live = 2,
}
