PERMISSIONS = {
    "public_profile": "Your name and picture",
    "pages_show_list": "See the list of the Pages you manage",
    "pages_messaging": "Read and answer the messages of your Pages",
    "pages_manage_metadata": "Manage webhooks and settings of your Pages",
    "pages_read_engagement": "Read the content of your Pages",
    "pages_read_user_content": "Read what people write on your Pages",
    "pages_manage_engagement": "Answer and hide comments on your Pages",
    "business_management": "See the Pages of your business portfolios",
    "instagram_basic": "See your Instagram accounts",
    "instagram_manage_messages": "Read and answer the messages of your Instagram accounts",
    "instagram_manage_comments": "Read and answer comments on Instagram",
}
"""What the dialog says about each permission."""
