namespace LoraFaaS.Engine.Generation;

/// <summary>Why a sequence ended by itself.</summary>
public enum FinishReason
{
    EndOfSequence = 1,
    StopString = 2,
    MaxTokens = 3,
    ContextLength = 4,
}
