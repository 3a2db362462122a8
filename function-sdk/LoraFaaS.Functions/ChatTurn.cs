namespace LoraFaaS.Functions;

/// <summary>One message of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c> or <c>tool</c>.</param>
/// <param name="Content">Its text.</param>
public sealed record ChatTurn(string Role, string Content)
{
    /// <summary>What the model is told of its task.</summary>
    public static ChatTurn System(string content) => new("system", content);

    /// <summary>What the user says.</summary>
    public static ChatTurn User(string content) => new("user", content);

    /// <summary>What the adapter has answered.</summary>
    public static ChatTurn Assistant(string content) => new("assistant", content);
}
