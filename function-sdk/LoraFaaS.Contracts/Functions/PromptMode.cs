namespace LoraFaaS.Contracts.Functions;

/// <summary>What becomes of the text a caller posts.</summary>
public enum PromptMode
{
    /// <summary>It is the user message of the backbone's chat template.</summary>
    Chat = 0,

    /// <summary>It is the prompt itself.</summary>
    Raw = 1,
}
