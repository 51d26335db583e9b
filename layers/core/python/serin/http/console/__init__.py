"""The console: pages for people, who sign in with a token. What renders them is loaded when somebody asks for one."""
